import { expect } from "vitest";

import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { MailboxLimits } from "../../../shared/mailbox/mailbox-options.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";
import type { Check, Databases } from "./mailbox-suite.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

function open(sql: SqlDatabase, limits: MailboxLimits): Mailbox {
  return new Mailbox({ sql, newStreamId: () => "stream", ...limits });
}

/** The mailbox as the next deploy finds it, with other bounds. */
const next = (databases: Databases, limits: MailboxLimits) => open(databases.reopen(), limits);

function deliver(mailbox: Mailbox, from: number, to: number): void {
  for (let n = from; n <= to; n += 1) mailbox.accept(queuedSignal(n));
}

const waiting = (mailbox: Mailbox) => mailbox.after(mailbox.acked(), 1000).length;

/** What becomes of stored rows when an operator changes the bounds, whatever engine the mailbox stands on. */
export function boundChecks(check: Check): void {
  check("a smaller backlog gives up nothing that was stored under the larger one", (_, sql, databases) => {
    deliver(open(sql, { maxUnacked: 20 }), 1, 10);
    const smaller = next(databases, { maxUnacked: 3 });
    deliver(smaller, 11, 12);
    expect([smaller.gap(), waiting(smaller)]).toEqual([null, 12]);
    const again = next(databases, { maxUnacked: 3 });
    deliver(again, 13, 14);
    expect([again.gap(), waiting(again)]).toEqual([null, 14]);
  });

  check("the larger backlog holds while a signal of its time waits, and not beyond itself", (_, sql, databases) => {
    deliver(open(sql, { maxUnacked: 8 }), 1, 6);
    const smaller = next(databases, { maxUnacked: 3 });
    deliver(smaller, 7, 8);
    expect(smaller.gap()).toBeNull();
    deliver(smaller, 9, 9);
    expect(smaller.gap()).toEqual({ from: 1, to: 9 });
  });

  check("the smaller backlog counts once the agent has what was stored under the larger one", (_, sql, databases) => {
    deliver(open(sql, { maxUnacked: 20 }), 1, 6);
    const smaller = next(databases, { maxUnacked: 3 });
    smaller.acknowledge(6, T0);
    deliver(smaller, 7, 9);
    expect(smaller.gap()).toBeNull();
    deliver(smaller, 10, 10);
    expect(smaller.gap()).toEqual({ from: 7, to: 10 });
  });

  check("bounds that go down twice owe the first what it promised", (_, sql, databases) => {
    deliver(open(sql, { maxUnacked: 20 }), 1, 12);
    deliver(next(databases, { maxUnacked: 9 }), 13, 13);
    const last = next(databases, { maxUnacked: 2 });
    deliver(last, 14, 15);
    expect([last.gap(), waiting(last)]).toEqual([null, 15]);
  });

  check("a bound that goes down and up again is the last one at once", (_, sql, databases) => {
    deliver(open(sql, { maxUnacked: 9 }), 1, 8);
    deliver(next(databases, { maxUnacked: 3 }), 9, 9);
    const larger = next(databases, { maxUnacked: 12 });
    deliver(larger, 10, 12);
    expect([larger.gap(), waiting(larger)]).toEqual([null, 12]);
  });

  check("a replay takes no more than the smaller backlog has room for", (_, sql, databases) => {
    const before = open(sql, { maxUnacked: 20 });
    deliver(before, 1, 8);
    before.acknowledge(3, T0);
    before.settle();
    const smaller = next(databases, { maxUnacked: 2 });
    smaller.acknowledge(8, T0);
    deliver(smaller, 9, 10);
    expect(smaller.replaySince({ sinceMs: 0, from: null, dryRun: false })).toMatchObject({ replayed: 0, full: true });
    expect([smaller.gap(), waiting(smaller)]).toEqual([null, 2]);
  });

  check(
    "a shorter retention forgets what is acknowledged, nothing that waits, and a generation a time",
    (_, sql, databases) => {
      const before = open(sql, { retentionMs: 30 * DAY_MS });
      deliver(before, 1, 5);
      before.acknowledge(5, T0);
      before.prune(T0 + 31 * DAY_MS);
      before.accept(queuedSignal(6, { receivedAtMs: T0 + 31 * DAY_MS }));
      before.settle();
      const shorter = next(databases, { retentionMs: 3 * DAY_MS });
      expect(shorter.pruneDueMs()).toBe(T0 + 34 * DAY_MS);
      shorter.prune(T0 + 34 * DAY_MS);
      // The first five are forgotten, the sixth is the only one and waits.
      expect(shorter.accept(queuedSignal(1, { receivedAtMs: T0 + 34 * DAY_MS }))).toEqual({ kind: "stored", seq: 7 });
      expect(shorter.prune(T0 + 60 * DAY_MS)).toBeNull();
      expect(shorter.after(5, 10)).toHaveLength(2);
      expect(shorter.accept(queuedSignal(6))).toEqual({ kind: "duplicate", seq: 6 });
    },
  );

  check("a longer retention keeps what is there, from then on", (_, sql, databases) => {
    const before = open(sql, { retentionMs: 3 * DAY_MS });
    deliver(before, 1, 2);
    before.acknowledge(2, T0);
    before.settle();
    const longer = next(databases, { retentionMs: 30 * DAY_MS });
    expect(longer.prune(T0 + 29 * DAY_MS)).toBe(T0 + 1 + 30 * DAY_MS);
    expect(longer.replayGuid(guid(1), true)).toBe("replayed");
  });
}
