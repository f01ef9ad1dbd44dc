import { expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { readSignal } from "../../../shared/workflow-job/read-signal.ts";
import { deliveryWorld } from "./delivery-fixture.ts";

const JOB = { repository: "acme/web", labels: ["nas"], runsForMs: null } as const;
const READ = "orgs/get-webhook-delivery";
const REDELIVER = "orgs/redeliver-webhook-delivery";
const inOrder = (ids: readonly number[]): readonly number[] => ids.toSorted((a, b) => a - b);

test.for(["organization", "repository", "app"] as const)(
  "G1: a delivery that failed is read from GitHub's own log, as the hook of the %s shows it",
  async (home) => {
    const { github, receiver, sweep } = await deliveryWorld(home);
    receiver.answerWith(503);
    const job = github.queueJob(JOB);
    await github.deliveriesSettled();
    const { taken, failures } = await sweep();
    expect(failures).toEqual([]);
    expect(taken).toMatchObject([{ jobId: job.id, action: "queued", repository: "acme/web", labels: ["nas"] }]);
    expect(taken[0]?.guid).toBe(receiver.received.at(-1)?.guid);
  },
);

test("G2: what has one good attempt, or is in the journal, is left alone for ever: two sweeps in a row ask for nothing", async () => {
  const { github, receiver, sweep, sql, clock } = await deliveryWorld();
  receiver.answerWith(503);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  const [failed] = github.deliveries().filter(({ event }) => event === "workflow_job");
  receiver.answerWith(202);
  github.redeliver(failed?.id ?? 0);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  receiver.answerWith(500);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  // Stored by the receiver although its answer was lost: it came over the link.
  const last = receiver.received.at(-1);
  const read = readSignal(JSON.parse(last?.body ?? ""), { guid: last?.guid ?? "", hookId: null, receivedAtMs: 0 });
  if (!read.ok) throw new Error(read.problem);
  new Journal(sql).take([read.signal], clock.now());

  for (let round = 0; round < 2; round += 1) {
    const before = github.calls().length;
    expect((await sweep()).taken).toEqual([]);
    const paths = github.calls().slice(before);
    expect(paths.map(({ operation }) => operation)).toEqual(["orgs/list-webhooks", "orgs/list-webhook-deliveries"]);
    await clock.advance(60_000);
  }
});

test("G3: a sweep cut off in the middle goes on after a restart; nothing is skipped and nothing taken twice", async () => {
  const { github, receiver, sweep, clock, records } = await deliveryWorld();
  receiver.answerWith(503);
  const jobs = github.queueMatrix({ ...JOB, count: 8 });
  await github.deliveriesSettled();
  const limit = github.misbehave({
    operation: READ,
    match: () => github.calls().filter(({ operation }) => operation === READ).length >= 3,
    fault: { kind: "secondary-limit", retryAfterSeconds: 60 },
  });
  const first = await sweep();
  expect(first.taken).toHaveLength(3);
  expect(first.failures).toMatchObject([{ code: "rate-limited" }]);
  limit.stop();
  await clock.advance(61_000);
  const second = await sweep();
  const both = [...first.taken, ...second.taken].map(({ jobId }) => jobId);
  expect(inOrder(both)).toEqual(inOrder(jobs.map(({ id }) => id)));
  expect((await sweep()).taken).toEqual([]);
  expect(records().filter(({ msg }) => msg === "deliveries recovered from GitHub's log")).toMatchObject([
    { recovered: 3 },
    { recovered: 5 },
  ]);
});

test("G4: 350 failed deliveries on four pages, of 150 repositories: cursors are followed and all are recovered", async () => {
  const { github, receiver, sweep, clock } = await deliveryWorld();
  for (let n = 0; n < 150; n += 1) github.addRepository(`acme/r${n}`);
  receiver.answerWith(503);
  const jobs = Array.from({ length: 350 }, (_each, n) => github.queueJob({ ...JOB, repository: `acme/r${n % 150}` }));
  await github.deliveriesSettled();
  const taken: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    taken.push(...(await sweep()).taken.map(({ jobId }) => jobId));
    await clock.advance(60_000);
  }
  expect(inOrder(taken)).toEqual(inOrder(jobs.map(({ id }) => id)));
  const pages = github.calls().filter(({ operation }) => operation === "orgs/list-webhook-deliveries");
  expect(new Set(pages.map(({ path }) => path)).size).toBeGreaterThanOrEqual(4);
});

test("where a payload may not be read, GitHub is asked once to send it again", async () => {
  const { github, receiver, sweep, clock } = await deliveryWorld();
  receiver.answerWith(503);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  receiver.answerWith(202);
  github.misbehave({ operation: READ, fault: { kind: "status", status: 403 } });
  const before = receiver.received.length;
  await sweep();
  await github.deliveriesSettled();
  await clock.advance(60_000);
  await sweep();
  await github.deliveriesSettled();
  expect(receiver.received).toHaveLength(before + 1);
  expect(receiver.received.at(-1)?.guid).toBe(receiver.received.at(-2)?.guid);
  expect(github.calls().filter(({ operation }) => operation === "orgs/redeliver-webhook-delivery")).toHaveLength(1);
});

test("a delivery that fails each time it is sent again is asked for three times, and no more", async () => {
  const { github, receiver, sweep, clock } = await deliveryWorld();
  receiver.answerWith(503);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  github.misbehave({ operation: READ, fault: { kind: "status", status: 403 } });
  for (let round = 0; round < 6; round += 1) {
    await clock.advance(60_000);
    await sweep();
    await github.deliveriesSettled();
  }
  expect(github.calls().filter(({ operation }) => operation === "orgs/redeliver-webhook-delivery")).toHaveLength(3);
});

test("a log that may not be read is told of once, and asked for again after an hour", async () => {
  const { github, sweep, clock, records } = await deliveryWorld();
  const refused = github.misbehave({ operation: "orgs/list-webhooks", fault: { kind: "status", status: 404 } });
  expect((await sweep()).failures).toEqual([]);
  expect(refused.hits).toBe(1);
  expect(records().filter(({ msg }) => String(msg).startsWith("GitHub's delivery log may not be read"))).toHaveLength(
    1,
  );
  await clock.advance(60 * 60_000);
  await sweep();
  expect(refused.hits).toBe(2);
});

test("the id of an attempt that no JavaScript number holds is sent back as it came", async () => {
  const { github, sweep } = await deliveryWorld();
  const row = { id: 1, guid: "g", delivered_at: new Date(Date.UTC(2026, 10, 2, 8)).toISOString() };
  const text = JSON.stringify([{ ...row, status_code: 503, event: "workflow_job" }]).replace(
    '"id":1',
    '"id":186930240241500161',
  );
  github.misbehave({ operation: "orgs/list-webhook-deliveries", fault: { kind: "raw", status: 200, text } });
  await sweep();
  const read = github.calls().filter(({ operation }) => operation === READ);
  expect(read.map(({ path }) => path.split("/").at(-1))).toEqual(["186930240241500161"]);
});

test("F33: a delivery whose detail cannot be read blocks no other, and is read once it can be", async () => {
  const { github, receiver, sweep, clock } = await deliveryWorld();
  receiver.answerWith(503);
  const jobs = github.queueMatrix({ ...JOB, count: 6 });
  await github.deliveriesSettled();
  const newest = github.deliveries().at(-1)?.id ?? 0;
  const fault = github.misbehave({
    operation: READ,
    match: (url) => url.pathname.endsWith(`/${newest}`),
    fault: { kind: "status", status: 500 },
  });
  const first = await clock.runUntil(sweep());
  expect(first.taken).toHaveLength(5);
  expect(first.failures).toMatchObject([{ code: "unavailable" }]);
  fault.stop();
  const second = await clock.runUntil(sweep());
  expect(inOrder([...first.taken, ...second.taken].map(({ jobId }) => jobId))).toEqual(
    inOrder(jobs.map(({ id }) => id)),
  );
});

test("F8: a redelivery that GitHub refused is asked for again, and blocks no other", async () => {
  const { github, receiver, sweep, clock } = await deliveryWorld();
  receiver.answerWith(503);
  github.queueMatrix({ ...JOB, count: 3 });
  await github.deliveriesSettled();
  github.misbehave({ operation: READ, fault: { kind: "status", status: 403 } });
  const refused = github.misbehave({ operation: REDELIVER, fault: { kind: "status", status: 422 }, times: 1 });
  receiver.answerWith(202);
  await sweep();
  expect(refused.hits).toBe(1);
  await github.deliveriesSettled();
  const good = (): number =>
    new Set(
      github
        .deliveries()
        .filter(({ event, statusCode }) => event === "workflow_job" && statusCode === 202)
        .map(({ guid }) => guid),
    ).size;
  expect(good()).toBe(2);
  await clock.advance(60_000);
  await sweep();
  await github.deliveriesSettled();
  expect(good()).toBe(3);
});

test("F6: a log of 12,000 deliveries is read to its end within 13 sweeps, newest first, and costs one call a sweep from then on", async () => {
  const { github, clock, sweepOn, receiver } = await deliveryWorld();
  receiver.answerWith(202);
  github.queueJob(JOB);
  await github.deliveriesSettled();
  github.fillDeliveryLog({ count: 12_000, everyMs: 21_000 });
  let sweeps = 0;
  let before = 0;
  do {
    before = github.calls().length;
    const { failures } = await clock.runUntil(sweepOn());
    if (failures.length > 0) expect(failures).toMatchObject([{ code: "incomplete" }]);
    sweeps += 1;
    await clock.advance(60_000);
    if (failures.length === 0) break;
  } while (sweeps < 20);
  expect(sweeps).toBeLessThanOrEqual(13);
  before = github.calls().length;
  expect((await clock.runUntil(sweepOn())).failures).toEqual([]);
  const lists = github
    .calls()
    .slice(before)
    .filter(({ operation }) => operation === "orgs/list-webhook-deliveries");
  expect(lists).toHaveLength(1);
});
