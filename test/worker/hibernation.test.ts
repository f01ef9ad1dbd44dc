import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";

import { deliverJob, deliverJobs, PREVIOUS_WEBHOOK_SECRET } from "./deliveries.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { hello } from "../samples/hello.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

useFreshEdge();

/** A pending timer keeps an object awake: it hibernates once its last one has fired. */
async function hibernate(): Promise<void> {
  while (vi.getTimerCount() > 0) await pass(2000);
  await evictDurableObject(mailboxStub(), { webSockets: "hibernate" });
}

describe("when the object hibernates nothing is lost or doubled", () => {
  test("between delivery and acknowledgement", async () => {
    const agent = await TestAgent.connect();
    await deliverJobs(1, 2);
    await agent.seqsUpTo(2);
    await hibernate();
    agent.send({ type: "ack", fence: 1, upTo: 2 });
    expect(await agent.probe(1)).toMatchObject({ head: 2, acked: 2 });
    expect(agent.seqs()).toEqual([1, 2]);
  });

  test("between connecting and delivery", async () => {
    const agent = await TestAgent.connect();
    await hibernate();
    await deliverJobs(1);
    expect(await agent.seqsUpTo(1)).toEqual([1]);
    expect((await mailboxStub().freshness()).agent).toMatchObject({ connected: true, fence: 1 });
  });

  test("between the upgrade and the hello", async () => {
    await deliverJobs(1);
    const agent = await TestAgent.dial();
    await hibernate();
    await deliverJobs(2);
    agent.send(hello());
    expect((await agent.first("welcome")).head).toBe(2);
    expect(await agent.seqsUpTo(2)).toEqual([1, 2]);
  });

  test("between two batches of one window", async () => {
    await deliverJobs(1, 2, 3, 4, 5);
    const agent = await TestAgent.connect({ window: 2 });
    for (const last of [2, 4]) {
      await agent.seqsUpTo(last);
      await hibernate();
      agent.send({ type: "ack", fence: 1, upTo: last });
    }
    expect(await agent.seqsUpTo(5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("between each of several deliveries, copies among them", async () => {
    const agent = await TestAgent.connect();
    for (const n of [1, 2, 3]) {
      await deliverJobs(n);
      await hibernate();
      expect(await (await deliverJob(n)).json()).toEqual({ status: "duplicate", seq: n });
      await hibernate();
    }
    expect(await agent.seqsUpTo(3)).toEqual([1, 2, 3]);
  });

  test("between a takeover's two connections: the old one is still told", async () => {
    const first = await TestAgent.connect();
    await hibernate();
    await TestAgent.connect();
    expect((await first.closed).code).toBe(4409);
  });
});

describe("when the object is moved or deployed and its sockets close", () => {
  test("the agent comes back and gets again what it had not acknowledged", async () => {
    const first = await TestAgent.connect();
    await deliverJobs(1, 2, 3);
    await first.seqsUpTo(3);
    first.send({ type: "ack", fence: 1, upTo: 1 });
    await first.probe(1);
    await evictDurableObject(mailboxStub(), { webSockets: "close" });
    await first.closed;
    await deliverJobs(4);
    const second = await TestAgent.connect({ stream: first.welcome.stream, acked: 1 });
    expect(second.welcome).toMatchObject({ stream: first.welcome.stream, fence: 2, acked: 1, head: 4 });
    expect(await second.seqsUpTo(4)).toEqual([2, 3, 4]);
  });

  test("a socket whose state an earlier version wrote is closed, so that its agent comes back", async () => {
    const first = await TestAgent.connect();
    await runInDurableObject(mailboxStub(), (_, state) => {
      for (const socket of state.getWebSockets()) socket.serializeAttachment({ version: 0 });
    });
    await hibernate();
    expect((await deliverJob(1)).status).toBe(202);
    expect((await first.closed).code).toBe(4503);
    expect(await (await TestAgent.connect()).seqsUpTo(1)).toEqual([1]);
  });
});

test("promise 14: a ping is answered without waking the object", async () => {
  const agent = await TestAgent.connect();
  await hibernate();
  agent.sendText("ping");
  expect(await agent.until((messages) => messages.find((message) => message === "pong"))).toBe("pong");
  await expect(hibernate()).rejects.toThrow(/not running|not currently running/i);
});

test("a ping that was answered asleep counts as a sign of life once awake", async () => {
  const before = Date.now();
  const agent = await TestAgent.connect();
  await hibernate();
  agent.sendText("ping");
  await agent.until((messages) => messages.find((message) => message === "pong"));
  expect((await mailboxStub().freshness()).agent.lastSeenAt).toBeGreaterThanOrEqual(before);
});

test("what was counted without a row outlives hibernation with the agent's socket: refusals, acknowledgement, secret", async () => {
  const agent = await TestAgent.connect();
  await deliverJob(1, { secret: PREVIOUS_WEBHOOK_SECRET });
  await deliverJob(1, { secret: PREVIOUS_WEBHOOK_SECRET });
  await agent.seqsUpTo(1);
  agent.send({ type: "ack", fence: 1, upTo: 1 });
  await agent.probe(1);
  await mailboxStub().note({ kind: "rejected", atMs: Date.now(), counts: { missing: 2, malformed: 0, mismatch: 1 } });
  const before = await mailboxStub().freshness();
  await hibernate();
  const after = await mailboxStub().freshness();
  // Asking counts.
  expect(after).toEqual({ ...before, now: after.now, usage: after.usage });
  expect(after).toMatchObject({ acked: 1, unacked: 0, rejectedSinceAccepted: 3, secret: { matched: "previous" } });
});

test("an acknowledgement that only memory had is told again by the agent after a crash; nothing is doubled", async () => {
  const first = await TestAgent.connect();
  await deliverJobs(1, 2, 3);
  await first.seqsUpTo(3);
  first.send({ type: "ack", fence: 1, upTo: 3 });
  await first.probe(1);
  await abortAllDurableObjects();
  const second = await TestAgent.connect({ stream: first.welcome.stream, acked: 3 });
  expect(second.welcome).toMatchObject({ head: 3, acked: 3, stream: first.welcome.stream });
  await second.probe(second.welcome.fence);
  expect(second.seqs()).toEqual([]);
});

test("what was acknowledged is on disk once the agent's socket has closed: an agent without a journal gets nothing again", async () => {
  const agent = await TestAgent.connect();
  await deliverJobs(1, 2, 3);
  await agent.seqsUpTo(3);
  agent.send({ type: "ack", fence: 1, upTo: 3 });
  await agent.probe(1);
  agent.close(1000, "done");
  await agent.closed;
  await abortAllDurableObjects();
  expect(await mailboxStub().freshness()).toMatchObject({ acked: 3, unacked: 0 });
});

test("L10 two upgrades in one tick do not keep the object awake", async () => {
  const [first, second] = await Promise.all([TestAgent.dial(), TestAgent.dial()]);
  first.send(hello({ boot: "one" }));
  await first.first("welcome");
  second.send(hello({ boot: "two" }));
  await second.first("welcome");
  expect((await first.closed).code).toBe(4409);
  await hibernate();
  await expect(hibernate()).rejects.toThrow(/not running|not currently running/i);
  await deliverJobs(1);
  expect(await second.seqsUpTo(1)).toEqual([1]);
});
