import { expect, test } from "vitest";

import { VirtualClock } from "../time/virtual-clock.ts";
import { signature256 } from "./hooks/signature.ts";
import { call } from "./support/api-client.ts";
import { startOcto } from "./support/octo.ts";
import { startWebhookReceiver } from "./support/webhook-receiver.ts";

const job = { repository: "octo/demo", labels: ["self-hosted"] };

test("a queued job is told to the organization's and the repository's hook under one GUID, signed by each secret", async () => {
  await using octo = await startOcto();
  await using receiver = await startWebhookReceiver();
  const { github } = octo;
  github.addHook({ scope: "octo", url: receiver.url, secret: "one" });
  github.addHook({ scope: "octo/demo", url: receiver.url, secret: "two" });
  await github.deliveriesSettled();

  github.queueJob(job);
  await github.deliveriesSettled();

  const [first, second] = receiver.received.filter(({ event }) => event === "workflow_job");
  expect(first?.guid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(second?.guid).toBe(first?.guid);
  const signatures = [first, second].map((each) => each?.headers["x-hub-signature-256"]);
  expect(new Set(signatures)).toEqual(new Set(["one", "two"].map((secret) => signature256(secret, first?.body ?? ""))));
  expect(first?.headers).toMatchObject({
    accept: "*/*",
    "content-type": "application/json",
    "user-agent": expect.stringMatching(/^GitHub-Hookshot\/[0-9a-f]{7}$/),
    "x-github-hook-id": expect.stringMatching(/^\d+$/),
  });
});

test("a new hook is pinged, and again when it is asked for", async () => {
  await using octo = await startOcto();
  await using receiver = await startWebhookReceiver();
  const { github, token } = octo;
  const config = { url: receiver.url, content_type: "json", secret: "s" };
  const made = await call(github, "POST /orgs/octo/hooks", { token, body: { name: "web", config, events: ["push"] } });

  const asked = await call(github, `POST /orgs/octo/hooks/${made.body.id}/pings`, { token });
  await github.deliveriesSettled();

  expect([made.status, asked.status]).toEqual([201, 204]);
  expect(made.body.config.secret).toBe("********");
  expect(receiver.received.map(({ event, action }) => [event, action])).toEqual([
    ["ping", null],
    ["ping", null],
  ]);
  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({
    hook_id: made.body.id,
    zen: expect.any(String),
  });
});

test("a failed delivery is red, never repeated by itself, and keeps its GUID when it is redelivered", async () => {
  await using octo = await startOcto();
  await using receiver = await startWebhookReceiver();
  const { github, token } = octo;
  const hook = github.addHook({ scope: "octo", url: receiver.url, secret: "s" });
  await github.deliveriesSettled();
  receiver.answerWith(503);
  github.queueJob(job);
  await github.deliveriesSettled();
  receiver.answerWith(202);
  const log = `/orgs/octo/hooks/${hook.id}/deliveries`;

  const red = await call(github, `GET ${log}?status=failure`, { token });
  expect(red.body).toMatchObject([{ status_code: 503, event: "workflow_job", action: "queued", redelivery: false }]);
  const [failed] = red.body;
  expect((await call(github, `POST ${log}/${failed.id}/attempts`, { token })).status).toBe(202);
  await github.deliveriesSettled();

  const sent = receiver.received.filter(({ event }) => event === "workflow_job");
  expect(sent.map(({ guid }) => guid)).toEqual([failed.guid, failed.guid]);
  expect(sent[1]?.body).toBe(sent[0]?.body);
  const all = await call(github, `GET ${log}?per_page=2`, { token });
  expect(all.body).toMatchObject([
    { guid: failed.guid, redelivery: true, status: "OK", status_code: 202 },
    { guid: failed.guid, redelivery: false, status_code: 503 },
  ]);
  const next = /<[^>]*[?&]cursor=([^&>]+)[^>]*>; rel="next"/.exec(all.headers.get("link") ?? "")?.[1];
  const rest = await call(github, `GET ${log}?per_page=2&cursor=${next}`, { token });
  expect(rest.body).toMatchObject([{ event: "ping" }]);
  const one = await call(github, `GET ${log}/${failed.id}`, { token });
  expect(one.body.request.payload).toEqual(JSON.parse(sent[0]?.body ?? ""));
});

test("an answer that takes longer than ten seconds is a failure with status 0", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  await using receiver = await startWebhookReceiver();
  const { github } = octo;
  receiver.answerWith(null);
  github.addHook({ scope: "octo", url: receiver.url });
  await expect.poll(() => receiver.received.length).toBe(1);

  await clock.advance(9_999);
  expect(github.deliveries()).toMatchObject([{ statusCode: null }]);
  await clock.advance(1);
  await github.deliveriesSettled();

  expect(github.deliveries()).toMatchObject([{ statusCode: 0, status: "timed out" }]);
});

test("the log forgets after three days", async () => {
  const clock = new VirtualClock();
  await using octo = await startOcto({ clock });
  await using receiver = await startWebhookReceiver();
  const { github, token } = octo;
  const hook = github.addHook({ scope: "octo", url: receiver.url });
  await github.deliveriesSettled();
  const length = async (): Promise<number> =>
    (await call(github, `GET /orgs/octo/hooks/${hook.id}/deliveries`, { token })).body.length as number;

  expect(await length()).toBe(1);
  await clock.advance(3 * 24 * 60 * 60_000 + 1);
  expect(await length()).toBe(0);
});

test("deliveries can be dropped, failed, doubled, kept back and shuffled", async () => {
  await using octo = await startOcto({ random: () => 0.5 });
  await using receiver = await startWebhookReceiver();
  const { github } = octo;
  github.addHook({ scope: "octo", url: receiver.url });
  await github.deliveriesSettled();
  const heard = (): readonly number[] =>
    receiver.received.filter(({ event }) => event === "workflow_job").map(({ body }) => jobIdIn(body));

  github.misdeliver({ fault: { kind: "drop" }, times: 1 });
  github.queueJob(job);
  github.misdeliver({ fault: { kind: "fail", statusCode: 502 }, times: 1 });
  const failed = github.queueJob(job);
  github.misdeliver({ fault: { kind: "duplicate", copies: 2 }, times: 1 });
  const doubled = github.queueJob(job);
  await github.deliveriesSettled();
  expect(heard()).toEqual([doubled.id, doubled.id, doubled.id]);
  expect(github.deliveries().filter(({ jobId }) => jobId === failed.id)).toMatchObject([{ statusCode: 502 }]);

  const kept = github.misdeliver({ fault: { kind: "hold" }, times: 2 });
  const early = github.queueJob(job);
  const late = github.queueJob(job);
  expect(kept.held).toBe(2);
  kept.release("reversed");
  await github.waitFor(() => heard().length === 5);
  expect(
    github
      .deliveries()
      .slice(-2)
      .map(({ jobId }) => jobId),
  ).toEqual([late.id, early.id]);

  const shuffle = github.misdeliver({ fault: { kind: "shuffle", size: 3 } });
  github.queueJob(job);
  github.queueJob(job);
  expect(shuffle.held).toBe(2);
  github.queueJob(job);
  expect(shuffle.held).toBe(0);
  await github.waitFor(() => heard().length === 8);
});

test("each delivery comes with as many copies as were ordered, under one GUID", async () => {
  await using octo = await startOcto({ duplicates: 2 });
  await using receiver = await startWebhookReceiver();
  const { github } = octo;
  github.addHook({ scope: "octo", url: receiver.url });

  github.queueJob(job);
  await github.deliveriesSettled();

  const sent = receiver.received.filter(({ event }) => event === "workflow_job");
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ guid }) => guid)).size).toBe(1);
  const rows = github.deliveries().filter(({ event }) => event === "workflow_job");
  expect(rows.map(({ duplicate }) => duplicate)).toEqual([false, true, true]);
});

function jobIdIn(body: string): number {
  return (JSON.parse(body) as { readonly workflow_job: { readonly id: number } }).workflow_job.id;
}
