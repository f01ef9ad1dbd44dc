import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";

import { deliverJobs } from "./deliveries.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { hello } from "../samples/hello.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

useFreshEdge();

const DAY_MS = 24 * 60 * 60 * 1000;

/** The alarm that the link has armed; the one for pruning is a week away and none of its business. */
async function alarmAt(): Promise<number | null> {
  const atMs = await runInDurableObject(mailboxStub(), (_, state) => state.storage.getAlarm());
  return atMs !== null && atMs < Date.now() + DAY_MS ? atMs : null;
}

test("L10: a socket that never greets is closed by the object itself, with nothing else going on", async () => {
  const agent = await TestAgent.dial();
  for (let waited = 0; waited <= 16_000; waited += 2000) await pass(2000);
  expect((await agent.closed).code).toBe(4408);
});

describe("an agent", () => {
  test("is welcomed, gets what waited as replay and what comes as live, and acknowledges", async () => {
    await deliverJobs(1, 2);
    const agent = await TestAgent.connect();
    expect(agent.welcome).toMatchObject({
      protocol: 2,
      fence: 1,
      head: 2,
      acked: 0,
      gap: null,
      openJobsComplete: true,
    });
    expect(agent.welcome.openJobs.map(({ jobId }) => jobId)).toEqual([1001, 1002]);
    await agent.seqsUpTo(2);
    await deliverJobs(3);
    expect(await agent.seqsUpTo(3)).toEqual([1, 2, 3]);
    const batches = agent.frames().filter((frame) => frame.type === "batch");
    expect(batches.map(({ replay, after }) => [replay, after])).toEqual([
      [true, 0],
      [false, 2],
    ]);
    expect(batches[0]?.signals[0]?.signal).toMatchObject({ jobId: 1001, repository: "acme/app" });
    agent.send({ type: "ack", fence: 1, upTo: 3 });
    expect(await agent.probe(1)).toMatchObject({ head: 3, acked: 3 });
  });

  test("that comes back goes on behind what it acknowledged (promise 3)", async () => {
    await deliverJobs(1, 2, 3);
    const first = await TestAgent.connect();
    await first.seqsUpTo(3);
    first.send({ type: "ack", fence: 1, upTo: 2 });
    await first.probe(1);
    first.close(1000, "restart");
    await first.closed;
    const second = await TestAgent.connect({ stream: first.welcome.stream, acked: 2 });
    expect(second.welcome).toMatchObject({ stream: first.welcome.stream, fence: 2, acked: 2 });
    expect(await second.seqsUpTo(3)).toEqual([3]);
  });

  test("loses the link to a newer connection, is told who, and its late ack changes nothing", async () => {
    await deliverJobs(1);
    const first = await TestAgent.connect({ instance: "old" });
    await first.seqsUpTo(1);
    const second = await TestAgent.connect({ instance: "new", host: "other" });
    const reason = "new on other has taken over";
    expect(await first.first("bye")).toMatchObject({ code: 4409, reason });
    expect(await first.closed).toEqual({ code: 4409, reason });
    expect(await second.probe(2)).toMatchObject({ acked: 0 });
    expect((await mailboxStub().freshness()).agent).toMatchObject({ connected: true, instance: "new", fence: 2 });
    await deliverJobs(2);
    expect(await second.seqsUpTo(2)).toEqual([1, 2]);
    expect(first.seqs()).toEqual([1]);
  });

  test("of another version is refused with 4406 and a pause", async () => {
    const agent = await TestAgent.dial();
    agent.send(hello({ protocol: 99 }));
    expect(await agent.first("bye")).toMatchObject({ code: 4406, retryAfterMs: 60_000 });
    expect((await agent.closed).code).toBe(4406);
  });

  test.each(["no JSON", '{"type":"hello"}', '{"type":"ack","fence":1,"upTo":1}'])(
    "that says %j is refused with 4400",
    async (text) => {
      const agent = await TestAgent.dial();
      agent.sendText(text);
      expect((await agent.closed).code).toBe(4400);
      expect((await mailboxStub().freshness()).agent.connected).toBe(false);
    },
  );
});

describe("the edge answers a close, whatever its code", () => {
  test.each<[string, number | undefined, string | undefined]>([
    ["an application's code", 4000, "going"],
    ["1000", 1000, "done"],
    ["none, which arrives as 1005", undefined, undefined],
  ])("%s", async (_name, code, reason) => {
    const agent = await TestAgent.connect();
    agent.close(code, reason);
    expect((await agent.closed).code).toBe(code ?? 1005);
    expect((await mailboxStub().freshness()).agent.connected).toBe(false);
  });
});

describe("the alarm", () => {
  test("is not armed while nothing is due: no signals, or all of them waiting for an agent that is away", async () => {
    const agent = await TestAgent.connect();
    await agent.probe(1);
    expect(await alarmAt()).toBeNull();
    agent.close();
    await agent.closed;
    await deliverJobs(1, 2);
    expect(await alarmAt()).toBeNull();
  });

  test("is armed for what a connected agent has owed for two seconds, and is gone once it owes nothing", async () => {
    const agent = await TestAgent.connect();
    const before = Date.now();
    await deliverJobs(1);
    await agent.seqsUpTo(1);
    expect(await alarmAt()).toBeNull();
    await pass(2000);
    expect(await alarmAt()).toBeGreaterThan(before + 80_000);
    expect(await alarmAt()).toBeLessThanOrEqual(Date.now() + 90_000);
    agent.send({ type: "ack", fence: 1, upTo: 1 });
    await agent.probe(1);
    expect(await runDurableObjectAlarm(mailboxStub())).toBe(true);
    expect(await alarmAt()).toBeNull();
  });

  test("costs no row where the acknowledgement comes at once", async () => {
    const agent = await TestAgent.connect();
    let armed = 0;
    await runInDurableObject(mailboxStub(), (_, { storage }) => {
      const real = storage.setAlarm.bind(storage);
      storage.setAlarm = (atMs) => ((armed += 1), real(atMs));
    });
    for (const n of [1, 2, 3]) {
      await deliverJobs(n);
      await agent.seqsUpTo(n);
      agent.send({ type: "ack", fence: 1, upTo: n });
      await agent.probe(1);
    }
    expect(armed).toBe(1);
    expect(await alarmAt()).toBeNull();
  });

  test("drops an agent of which nothing was heard for 90 s, with 4408, and what it owed comes again", async () => {
    const agent = await TestAgent.connect();
    await deliverJobs(1);
    await agent.seqsUpTo(1);
    await pass(2000);
    vi.setSystemTime(Date.now() + 87_000);
    expect(await runDurableObjectAlarm(mailboxStub())).toBe(true);
    expect((await mailboxStub().freshness()).agent.connected).toBe(true);
    vi.setSystemTime(Date.now() + 1000);
    expect((await mailboxStub().freshness()).agent.connected).toBe(false);
    await runDurableObjectAlarm(mailboxStub());
    expect(await agent.closed).toMatchObject({ code: 4408 });
    expect(await alarmAt()).toBeNull();
    const again = await TestAgent.connect();
    expect(await again.seqsUpTo(1)).toEqual([1]);
  });

  test("sends what an agent asked for again, after the pause", async () => {
    const agent = await TestAgent.connect();
    await deliverJobs(1);
    await agent.seqsUpTo(1);
    agent.send({ type: "nack", fence: 1, seq: 1, verdict: "retry", reason: "disk full" });
    await agent.probe(1);
    await pass(999);
    await agent.probe(1);
    expect(agent.seqs()).toEqual([1]);
    await pass(1);
    expect(await agent.until(() => (agent.seqs().length === 2 ? agent.seqs() : undefined))).toEqual([1, 1]);
  });

  test("drops a socket that has not greeted after 15 s, and not one that has", async () => {
    const mute = await TestAgent.dial();
    const agent = await TestAgent.connect();
    await pass(2000);
    vi.setSystemTime(Date.now() + 15_000);
    await runDurableObjectAlarm(mailboxStub());
    expect(await mute.closed).toMatchObject({ code: 4408, reason: "no hello within 15 s" });
    expect(await agent.probe(1)).toMatchObject({ fence: 1 });
  });

  test("forgets a generation of signals after its week, the newest signal never", async () => {
    const weekMs = 7 * DAY_MS;
    const alarm = () => runInDurableObject(mailboxStub(), (_, state) => state.storage.getAlarm());
    const seqs = () =>
      runInDurableObject(mailboxStub(), (_, state) => state.storage.sql.exec("SELECT seq FROM signals").toArray());
    await deliverJobs(1, 2, 3);
    const agent = await TestAgent.connect();
    await agent.seqsUpTo(3);
    agent.send({ type: "ack", fence: 1, upTo: 3 });
    await agent.probe(1);
    expect(await alarm()).toBeGreaterThan(Date.now() + weekMs - 60_000);
    vi.setSystemTime(Date.now() + weekMs + 60_000);
    await runDurableObjectAlarm(mailboxStub());
    expect(await seqs()).toHaveLength(3);
    expect(await alarm()).toBeNull();
    await deliverJobs(4);
    vi.setSystemTime(Date.now() + weekMs + 60_000);
    await runDurableObjectAlarm(mailboxStub());
    expect(await seqs()).toEqual([{ seq: 4 }]);
  });

  test("that fails is armed again instead of being lost", async () => {
    await deliverJobs(1, 2);
    await runInDurableObject(mailboxStub(), async (_, state) => {
      state.storage.sql.exec("DROP TABLE signals_b");
      await state.storage.setAlarm(Date.now() + 3_600_000);
    });
    expect(await runDurableObjectAlarm(mailboxStub())).toBe(true);
    expect(await alarmAt()).toBeGreaterThan(Date.now());
  });
});
