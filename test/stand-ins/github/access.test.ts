import { createSign } from "node:crypto";

import { expect, test } from "vitest";

import { VirtualClock } from "../time/virtual-clock.ts";
import { call, mint } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";

const RUNNERS = "GET /orgs/octo/actions/runners";

test("an unchanged list is answered by 304 and costs nothing; a changed one, or another token, is read anew", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const first = await call(github, RUNNERS, { token });
  const etag = first.headers.get("etag") ?? "";

  const again = await call(github, RUNNERS, { token, headers: { "if-none-match": etag } });
  const other = await call(github, RUNNERS, { token: github.addToken(), headers: { "if-none-match": etag } });
  await mint(github, token, "slot-1");
  const changed = await call(github, RUNNERS, { token, headers: { "if-none-match": etag } });

  expect([first, again, other, changed].map(({ status }) => status)).toEqual([200, 304, 200, 200]);
  expect(again.body).toBeNull();
  expect(first.headers.get("x-ratelimit-remaining")).toBe("4999");
  expect(again.headers.get("x-ratelimit-remaining")).toBe("4999");
  expect(github.calls().map(({ status, counted }) => [status, counted])).toEqual([
    [200, true],
    [304, false],
    [200, true],
    [201, true],
    [200, true],
  ]);
});

test("an empty bucket refuses until its hour is over; registrations have a bucket of their own", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  const { github, token } = octo;
  github.setRateLimit(token, 1);

  expect((await call(github, RUNNERS, { token })).status).toBe(200);
  const refused = await call(github, RUNNERS, { token });
  expect(refused.status).toBe(403);
  expect(refused.body.message).toMatch(/^API rate limit exceeded/);
  expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
  await mint(github, token, "slot-1");
  const free = await call(github, "GET /rate_limit", { token });
  expect(free.body.resources).toMatchObject({
    core: { remaining: 0 },
    actions_runner_registration: { limit: 10_000, remaining: 9999 },
  });

  await clock.advance(60 * 60_000);
  expect((await call(github, RUNNERS, { token })).status).toBe(200);
});

test("a secondary limit says when to come back", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.misbehave({ operation: /list-self-hosted-runners/, fault: { kind: "secondary-limit" }, times: 1 });

  const refused = await call(github, RUNNERS, { token });

  expect([refused.status, refused.headers.get("retry-after")]).toEqual([403, "60"]);
  expect((await call(github, RUNNERS, { token })).status).toBe(200);
});

test("a bad or a missing token is a 401", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  github.revokeToken(token);

  expect((await call(github, RUNNERS, { token })).body.message).toBe("Bad credentials");
  expect((await call(github, RUNNERS)).status).toBe(401);
});

test("a missing permission is a 403 that names it", async () => {
  await using octo = await startOcto();
  const { github } = octo;
  const fine = github.addToken({ permissions: { organization_self_hosted_runners: "read" } });
  const classic = github.addToken({ scopes: ["repo"] });
  const body = { name: "slot-1", runner_group_id: 1, labels: ["x"] };
  const jit = "POST /orgs/octo/actions/runners/generate-jitconfig";

  const read = await call(github, RUNNERS, { token: fine });
  const written = await call(github, jit, { token: fine, body });
  const unscoped = await call(github, jit, { token: classic, body });

  expect(read.status).toBe(200);
  expect(written.status).toBe(403);
  expect(written.headers.get("x-accepted-github-permissions")).toBe("organization_self_hosted_runners=write");
  expect(unscoped.status).toBe(403);
  expect(unscoped.headers.get("x-oauth-scopes")).toBe("repo");
  expect(unscoped.headers.get("x-accepted-oauth-scopes")).toBe("admin:org");
});

test("what a token may not see is not there", async () => {
  await using octo = await startOcto();
  const { github } = octo;
  const stranger = github.addToken({ owners: ["somebody-else"] });

  expect((await call(github, RUNNERS, { token: stranger })).status).toBe(404);
  expect((await call(github, "GET /repos/octo/demo", { token: stranger })).status).toBe(404);
});

test("an App's JWT finds its installation and makes a token that lives an hour and sees what is installed", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  const { github } = octo;
  github.addOrganization("other");
  github.addRepository("other/things");
  const app = github.addApp({ owner: "octo", webhook: { url: "http://127.0.0.1:9/", secret: "s" } });
  const { id } = github.installApp({ app, account: "octo" });
  const jwt = appJwt(app.id, app.privateKey, clock.now());

  const found = await call(github, "GET /repos/octo/demo/installation", { token: jwt });
  const made = await call(github, `POST /app/installations/${id}/access_tokens`, { token: jwt });
  const { token } = made.body;

  expect([found.status, found.body.id]).toEqual([200, id]);
  expect([made.status, Date.parse(made.body.expires_at)]).toEqual([201, clock.now() + 60 * 60_000]);
  expect((await call(github, "GET /app", { token: jwt })).body).toMatchObject({ id: app.id, name: "Hookline" });
  expect((await call(github, "GET /orgs/other/installation", { token: jwt })).status).toBe(404);
  expect((await call(github, RUNNERS, { token })).status).toBe(200);
  expect((await call(github, "GET /orgs/other/actions/runners", { token })).status).toBe(404);
  const repositories = await call(github, "GET /installation/repositories", { token });
  expect(repositories.body.repositories).toMatchObject([{ full_name: "octo/demo" }]);
  await clock.advance(60 * 60_000);
  expect((await call(github, RUNNERS, { token })).status).toBe(401);
});

test("an App's hook is told with the installation, and its log is for the App alone", async () => {
  await using octo = await startOcto();
  const { github, token } = octo;
  const app = github.addApp({ owner: "octo", webhook: { url: "http://127.0.0.1:9/", secret: "s" } });
  const { id } = github.installApp({ app, account: "octo", repositories: ["octo/demo"] });
  github.addRepository("octo/unseen");
  const jwt = appJwt(app.id, app.privateKey, Date.now());

  github.queueJob({ repository: "octo/unseen", labels: ["x"] });
  github.queueJob({ repository: "octo/demo", labels: ["x"] });
  await github.deliveriesSettled();

  const log = await call(github, "GET /app/hook/deliveries", { token: jwt });
  expect(log.body.map((row: { event: string; installation_id: number }) => [row.event, row.installation_id])).toEqual([
    ["workflow_job", id],
    ["ping", null],
  ]);
  const one = await call(github, `GET /app/hook/deliveries/${log.body[0].id}`, { token: jwt });
  expect(one.body.request.payload.installation.id).toBe(id);
  expect(one.body.request.headers["X-GitHub-Hook-Installation-Target-Type"]).toBe("integration");
  expect((await call(github, "GET /app/hook/deliveries", { token })).status).toBe(401);
});

test("a JWT that is forged, stale or too long-lived is refused", async () => {
  await using octo = await startOcto();
  const { github } = octo;
  const app = github.addApp({ owner: "octo" });
  const other = github.addApp({ owner: "octo", name: "Other" });
  const nowMs = Date.now();

  const refusals = [
    appJwt(app.id, other.privateKey, nowMs),
    appJwt(999, app.privateKey, nowMs),
    appJwt(app.id, app.privateKey, nowMs - 3_600_000),
    appJwt(app.id, app.privateKey, nowMs, 3600),
    "a.b.c",
  ].map(async (token) => (await call(github, "GET /app", { token })).status);

  expect(await Promise.all(refusals)).toEqual([401, 401, 401, 401, 401]);
});

function appJwt(appId: number, privateKey: string, nowMs: number, lifeS = 540): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const iat = Math.floor(nowMs / 1000) - 60;
  const signed = `${part({ alg: "RS256", typ: "JWT" })}.${part({ iss: String(appId), iat, exp: iat + 60 + lifeS })}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(privateKey, "base64url")}`;
}
