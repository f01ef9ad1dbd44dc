import { expect, test } from "vitest";

import { runStandInRunner } from "../../stand-ins/github/stand-in-runner.ts";
import { failureOf, GO, JIT, ORGANIZATION, REPOSITORY } from "./client-fixture.ts";
import { onLoopback } from "./on-loopback.ts";

const MINUTE_MS = 60_000;

test("a runner is registered, found, listed and taken away, in an organization and in a repository", async () => {
  const { github, client } = await onLoopback();
  github.addUser("jo");
  github.addRepository("jo/tools");
  const made = client({ kind: "token", token: github.addToken() });
  for (const scope of [ORGANIZATION, REPOSITORY]) {
    const jit = { ...JIT, name: `hl-${scope.kind}` };
    const { runnerId, encodedJitConfig, labels } = await made.createJitRunner(scope, jit, GO);
    expect(encodedJitConfig).not.toBe("");
    expect(labels).toEqual(expect.arrayContaining(["self-hosted", "linux"]));
    expect(await made.findRunner(scope, jit.name, GO)).toMatchObject({ id: runnerId, status: "offline", busy: false });
    expect((await made.listRunners(scope, GO)).items.map(({ name }) => name)).toEqual([jit.name]);
    expect(await failureOf(made.createJitRunner(scope, jit, GO))).toMatchObject({ code: "conflict", status: 409 });
    expect(await made.deleteRunner(scope, runnerId, GO)).toBe("deleted");
    expect(await made.deleteRunner(scope, runnerId, GO)).toBe("gone");
    expect(await made.findRunner(scope, jit.name, GO)).toBeNull();
  }
});

test("a runner that works is not taken away, until its job has ended", async () => {
  const { github, client } = await onLoopback();
  github.addRepository("acme/web");
  const made = client({ kind: "token", token: github.addToken() });
  const { runnerId, encodedJitConfig: jitConfig } = await made.createJitRunner(ORGANIZATION, JIT, GO);
  const job = github.queueJob({ repository: "acme/web", labels: ["self-hosted"], runsForMs: null });
  const ended = runStandInRunner({ jitConfig, signal: GO });
  await github.waitFor(() => github.job(job.id).status === "in_progress");
  expect(await made.findRunner(ORGANIZATION, JIT.name, GO)).toMatchObject({ status: "online", busy: true });
  expect(await made.deleteRunner(ORGANIZATION, runnerId, GO)).toBe("busy");
  github.completeJob(job.id);
  expect(await ended).toEqual({ exitCode: 0 });
  expect(await made.deleteRunner(ORGANIZATION, runnerId, GO)).toBe("gone");
});

test("a registration whose answer is lost is found by its name, and was made once", async () => {
  const { github, client } = await onLoopback();
  const made = client({ kind: "token", token: github.addToken() });
  github.misbehave({ operation: "actions/generate-runner-jitconfig-for-org", fault: { kind: "lose-answer" } });
  expect(await failureOf(made.createJitRunner(ORGANIZATION, JIT, GO))).toMatchObject({ code: "network" });
  expect(github.runners().map(({ name }) => name)).toEqual([JIT.name]);
  expect(await made.findRunner(ORGANIZATION, JIT.name, GO)).toMatchObject({ name: JIT.name });
  expect(github.calls().filter(({ method }) => method === "POST")).toHaveLength(1);
});

test("three hundred and twenty runners are listed over four pages, and the second time for nothing", async () => {
  const { github, clock, client } = await onLoopback();
  const made = client({ kind: "token", token: github.addToken() });
  for (let id = 0; id < 320; id++) {
    // A call that writes is five of the 900 points that GitHub allows in a minute.
    if (id % 160 === 0) await clock.advance(60_000);
    await made.createJitRunner(ORGANIZATION, { ...JIT, name: `hl-${id}` }, GO);
  }
  const before = github.calls().length;
  const listing = await made.listRunners(ORGANIZATION, GO);
  expect([listing.items.length, listing.complete]).toEqual([320, true]);
  expect(await made.listRunners(ORGANIZATION, GO)).toEqual(listing);
  expect(
    github
      .calls()
      .slice(before)
      .map(({ status, counted }) => [status, counted]),
  ).toEqual([...Array.from({ length: 4 }, () => [200, true]), ...Array.from({ length: 4 }, () => [304, false])]);
});

test("a job queued within a run in progress is found, with all that decides about it", async () => {
  const { github, clock, client } = await onLoopback();
  github.addRepository("acme/web", { private: true });
  const made = client({ kind: "token", token: github.addToken() });
  const [first, second] = github.queueMatrix({ repository: "acme/web", labels: ["self-hosted", "nas"], count: 2 });
  github.takeElsewhere(first!.id);
  const listing = await made.listActiveJobs("acme/web", 100, GO);
  expect(listing.complete).toBe(true);
  expect(listing.items.find(({ id }) => id === second!.id)).toMatchObject({
    runAttempt: 1,
    repository: "acme/web",
    isPrivate: true,
    status: "queued",
    labels: ["self-hosted", "nas"],
    runnerName: null,
    createdAtMs: clock.now(),
  });
  expect(listing.items.find(({ id }) => id === first!.id)).toMatchObject({
    status: "in_progress",
    runnerName: "GitHub Actions 7",
  });
  expect(github.calls().map(({ operation }) => operation)).toEqual([
    "actions/list-workflow-runs-for-repo",
    "actions/list-jobs-for-workflow-run",
  ]);
});

test("the jobs of a run that has ended are not asked for", async () => {
  const { github, client } = await onLoopback();
  github.addRepository("acme/web");
  const job = github.queueJob({ repository: "acme/web", labels: ["nas"] });
  github.cancelJob(job.id);
  const made = client({ kind: "token", token: github.addToken() });
  expect(await made.listActiveJobs("acme/web", 100, GO)).toEqual({
    items: [],
    complete: true,
    calls: 1,
    redirected: false,
  });
});

test("an App finds its installation, and renews its token before GitHub ends it", async () => {
  const { github, clock, client } = await onLoopback();
  const app = github.addApp({ owner: "acme" });
  github.installApp({ app, account: "acme" });
  const made = client({ kind: "app", appId: app.id, privateKeyPem: app.privateKey });
  expect(await made.checkToken(GO)).toMatchObject({ subject: "GitHub App Hookline" });
  for (let quarter = 0; quarter < 12; quarter++) {
    expect(await made.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: true });
    await clock.advance(15 * MINUTE_MS);
  }
  const tokens = github.calls().filter(({ operation }) => operation === "apps/create-installation-access-token");
  expect(tokens).toHaveLength(3);
  expect(github.calls().every(({ status }) => status < 400)).toBe(true);
});

test("an App that GitHub knows by its client id works as well", async () => {
  const { github, client } = await onLoopback();
  const app = github.addApp({ owner: "acme" });
  const { id: installationId } = github.installApp({ app, account: "acme" });
  const made = client({ kind: "app", appId: app.clientId, privateKeyPem: app.privateKey, installationId });
  expect(await made.createJitRunner(ORGANIZATION, JIT, GO)).toMatchObject({ runnerId: expect.any(Number) });
  expect(await made.checkToken(GO)).toMatchObject({ rateLimit: { limit: 5000 } });
});

test("an App whose tokens were ended is served again with the next call", async () => {
  const { github, client } = await onLoopback();
  const app = github.addApp({ owner: "acme" });
  github.installApp({ app, account: "acme" });
  const made = client({ kind: "app", appId: app.id, privateKeyPem: app.privateKey });
  await made.listRunners(ORGANIZATION, GO);
  github.revokeInstallationTokens();
  expect((await failureOf(made.listRunners(ORGANIZATION, GO))).code).toBe("unauthorized");
  expect(await made.listRunners(ORGANIZATION, GO)).toMatchObject({ complete: true });
});

test("an operator learns what the credential lacks", async () => {
  const { github, client } = await onLoopback();
  github.addRepository("acme/web");
  const fine = client({
    kind: "token",
    token: github.addToken({ permissions: { actions: "read", metadata: "read" } }),
  });
  const refused = await failureOf(fine.createJitRunner(ORGANIZATION, JIT, GO));
  expect(refused.code).toBe("forbidden");
  expect(refused.remedy).toMatch(/organization_self_hosted_runners=write/);
  const classic = client({ kind: "token", token: github.addToken({ scopes: ["repo"] }) });
  const hidden = await failureOf(classic.listRunners(ORGANIZATION, GO));
  expect(["forbidden", "not-found"]).toContain(hidden.code);
  expect(hidden.remedy).toMatch(/admin:org/);
  const token = github.addToken();
  github.revokeToken(token);
  expect((await failureOf(client({ kind: "token", token }).checkToken(GO))).remedy).toMatch(/GITHUB_TOKEN/);
  const foreign = github.addApp({ owner: "acme" });
  const nowhere = client({ kind: "app", appId: foreign.id, privateKeyPem: foreign.privateKey });
  expect((await failureOf(nowhere.listRunners(ORGANIZATION, GO))).remedy).toMatch(/Install the App on acme/);
});

test("an empty bucket stops polling until GitHub fills it, to the second", async () => {
  const { github, clock, client } = await onLoopback();
  const token = github.addToken();
  const made = client({ kind: "token", token });
  await made.listRunners(ORGANIZATION, GO);
  github.setRateLimit(token, 0);
  const other = { ...ORGANIZATION, organization: "ACME" } as const;
  const { code, retryAtMs } = await failureOf(made.listRunners(other, GO));
  expect(code).toBe("rate-limited");
  const calls = github.calls().length;
  await clock.advance(retryAtMs! - clock.now() - 1000);
  expect((await failureOf(made.listRunners(other, GO))).retryAtMs).toBe(retryAtMs);
  expect(github.calls()).toHaveLength(calls);
  await clock.advance(1000);
  expect(await made.listRunners(other, GO)).toMatchObject({ complete: true });
});

test("a runner group is found by its name, and the default one is there", async () => {
  const { github, client } = await onLoopback();
  const group = github.addRunnerGroup({ organization: "acme", name: "NAS" });
  const made = client({ kind: "token", token: github.addToken() });
  expect(await made.runnerGroupId("acme", "nas", GO)).toBe(group.id);
  expect(await made.runnerGroupId("acme", "Default", GO)).toBe(1);
  expect((await failureOf(made.runnerGroupId("acme", "none", GO))).message).toMatch(/"Default", "NAS"/);
});
