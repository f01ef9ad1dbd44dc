import { expect, test } from "vitest";

import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { storedFreshness } from "../../../shared/mailbox/freshness.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { Tally, tallySchema } from "../../../shared/mailbox/tally.ts";
import type { MatchedSecret } from "../../../shared/receiver/mailbox-port.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";

/** A mailbox with its tally, as the mailbox object and the standalone receiver put them together. */
class Bench {
  readonly mailbox = new Mailbox({ sql: new NodeSql(":memory:"), newStreamId: () => "stream" });
  readonly tally = new Tally();

  deliver(n: number, hookId: string, atMs: number, matched: MatchedSecret = "current"): void {
    const signal = queuedSignal(n, { hookId, receivedAtMs: atMs });
    this.tally.accepted(signal, this.mailbox.accept(signal), matched);
  }

  freshness(nowMs = T0 + 1000) {
    return storedFreshness(this.mailbox, this.tally.state, nowMs);
  }

  hook(id: string) {
    return this.freshness().hooks?.find((hook) => hook.id === id);
  }
}

test("D4 three hooks send one event: one signal, and the freshness of all three advances", () => {
  const bench = new Bench();
  for (const [n, hook] of ["11", "22", "33"].entries()) bench.deliver(1, hook, T0 + n);
  expect(bench.mailbox.head()).toBe(1);
  expect(bench.hook("11")).toMatchObject({ lastDeliveryAt: T0, lastSignalAt: T0, lastDuplicateAt: null });
  expect(bench.hook("22")).toMatchObject({ lastDeliveryAt: T0 + 1, lastSignalAt: null, lastDuplicateAt: T0 + 1 });
  expect(bench.hook("33")).toMatchObject({ lastDeliveryAt: T0 + 2, lastDuplicateAt: T0 + 2 });
  expect(bench.freshness().lastDuplicateAt).toBe(T0 + 2);
});

test("a hook shows its last ping and its last signal that the agent has", () => {
  const bench = new Bench();
  bench.deliver(1, "11", T0 + 1);
  bench.deliver(2, "11", T0 + 2);
  bench.mailbox.acknowledge(1, T0 + 3);
  bench.mailbox.notes.keep({ kind: "ping", atMs: T0 + 9, hookId: "11" });
  expect(bench.hook("11")).toEqual({
    id: "11",
    lastDeliveryAt: T0 + 9,
    lastSignalAt: T0 + 2,
    lastPingAt: T0 + 9,
    lastDuplicateAt: null,
    lastAcknowledgedSignalAt: T0 + 1,
  });
});

test("a hook is known from the disk alone, after everything in memory was lost", () => {
  const bench = new Bench();
  bench.deliver(1, "11", T0 + 1);
  bench.mailbox.notes.keep({ kind: "ping", atMs: T0 + 2, hookId: "22" });
  bench.tally.restore(new Tally().state);
  expect(bench.freshness().hooks?.map(({ id }) => id)).toEqual(["11", "22"]);
});

test("refusals are counted by reason until the next delivery that is signed", () => {
  const bench = new Bench();
  for (const n of [1, 2]) {
    bench.tally.note({ kind: "rejected", atMs: T0 + n, counts: { missing: n, malformed: 1, mismatch: 0 } });
  }
  expect(bench.freshness()).toMatchObject({
    rejected: { missing: 3, malformed: 2, mismatch: 0 },
    rejectedSinceAccepted: 5,
    lastRejectedAt: T0 + 2,
  });
  bench.tally.note({ kind: "ping", atMs: T0 + 3, hookId: null, matched: "current" });
  expect(bench.freshness()).toMatchObject({ rejectedSinceAccepted: 0, lastRejectedAt: T0 + 2 });
});

test("E11 freshness tells which secret matched last", () => {
  const bench = new Bench();
  expect(bench.freshness().secret).toBeNull();
  bench.deliver(1, "11", T0, "previous");
  expect(bench.freshness().secret).toEqual({ matched: "previous", atMs: T0 });
  bench.deliver(2, "11", T0 + 5, "current");
  expect(bench.freshness().secret).toEqual({ matched: "current", atMs: T0 + 5 });
});

test("promise 18: invented hook ids take no room: sixteen are kept, and a socket's attachment holds them", () => {
  const bench = new Bench();
  for (let n = 0; n < 200; n += 1) {
    bench.deliver(n, String(10 ** 18 + n * 1000), T0 + n);
    bench.mailbox.notes.keep({ kind: "ping", atMs: T0 + n, hookId: String(n) });
  }
  expect(Object.keys(bench.tally.state.hooks)).toHaveLength(16);
  expect(Object.keys(bench.mailbox.notes.hooks())).toHaveLength(16);
  expect(JSON.stringify(bench.tally.state).length).toBeLessThan(8 * 1024);
  expect(tallySchema.parse(JSON.parse(JSON.stringify(bench.tally.state)))).toEqual(bench.tally.state);
});
