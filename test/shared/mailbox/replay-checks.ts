import { expect } from "vitest";

import { storedFreshness } from "../../../shared/mailbox/freshness.ts";
import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import type { ReplayPoint } from "../../../shared/mailbox/replay.ts";
import { Tally } from "../../../shared/mailbox/tally.ts";
import { signalSchema } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal, T0 } from "../../samples/signal.ts";
import type { Check } from "./mailbox-suite.ts";

const replay = (mailbox: Mailbox, from: ReplayPoint | null = null, sinceMs = 0) =>
  mailbox.replaySince({ sinceMs, from, dryRun: false });

/** What is alive behind a number: GUIDs by their number in the queue. */
const queued = (mailbox: Mailbox, after: number) =>
  mailbox.after(after, 5000).map(({ seq, signal }) => [seq, signalSchema.parse(signal).guid]);

/** What a replay promises, whatever engine the mailbox stands on. */
export function replayChecks(check: Check): void {
  check("replay: what was acknowledged since a time goes to the end of the queue, as it came, once", (mailbox) => {
    for (const n of [1, 2, 3, 4]) mailbox.accept(queuedSignal(n));
    mailbox.acknowledge(3, T0);
    expect(replay(mailbox, null, T0 + 2)).toEqual({ replayed: 2, next: null, full: false });
    expect(mailbox.after(3, 10)).toEqual([4, 2, 3].map((n, index) => ({ seq: 4 + index, signal: queuedSignal(n) })));
    expect(mailbox.accept(queuedSignal(2))).toEqual({ kind: "duplicate", seq: 5 });
    // All of it waits to be sent by now.
    expect(replay(mailbox, null, T0 + 2)).toEqual({ replayed: 0, next: null, full: false });
  });

  check("replay: a dead letter is sent again as well, and is none any more", (mailbox) => {
    for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
    mailbox.bury(1, "unreadable", 1, T0);
    mailbox.acknowledge(2, T0);
    expect(replay(mailbox).replayed).toBe(2);
    expect([mailbox.dead(), queued(mailbox, 2)]).toEqual([
      0,
      [
        [3, guid(1)],
        [4, guid(2)],
      ],
    ]);
  });

  check("replay: a thousand at a time; a call whose answer was lost is made again and doubles nothing", (mailbox) => {
    for (let n = 1; n <= 1500; n += 1) mailbox.accept(queuedSignal(n));
    mailbox.acknowledge(1500, T0);
    const first = replay(mailbox);
    expect(first).toEqual({ replayed: 1000, next: { after: 1000, upTo: 1500 }, full: false });
    mailbox.acknowledge(2500, T0);
    expect(replay(mailbox, { after: 0, upTo: 1500 })).toEqual({ replayed: 500, next: null, full: false });
    expect(replay(mailbox, first.next)).toEqual({ replayed: 0, next: null, full: false });
    expect(queued(mailbox, 0)).toEqual(Array.from({ length: 1500 }, (_, index) => [1501 + index, guid(index + 1)]));
  });

  check("replay: what came in between with old times does not hide what is newer", (mailbox) => {
    for (let n = 1; n <= 1500; n += 1) mailbox.accept(queuedSignal(n, { receivedAtMs: n === 1400 ? T0 + 9 : T0 }));
    mailbox.acknowledge(1500, T0);
    const first = replay(mailbox, null, T0 + 9);
    expect(first).toEqual({ replayed: 0, next: { after: 1000, upTo: 1500 }, full: false });
    expect(replay(mailbox, first.next, T0 + 9)).toEqual({ replayed: 1, next: null, full: false });
  });

  check("replay: never so much that the backlog is given up; it goes on where there is room again", (_mailbox, sql) => {
    const mailbox = new Mailbox({ sql, newStreamId: () => "stream", maxUnacked: 3 });
    for (const n of [1, 2, 3, 4, 5]) {
      mailbox.accept(queuedSignal(n));
      if (n < 5) mailbox.acknowledge(n, T0);
    }
    const first = replay(mailbox);
    expect(first).toEqual({ replayed: 2, next: { after: 2, upTo: 4 }, full: true });
    expect(replay(mailbox, first.next)).toEqual({ replayed: 0, next: { after: 2, upTo: 4 }, full: true });
    expect(mailbox.gap()).toBeNull();
    mailbox.acknowledge(7, T0);
    expect(replay(mailbox, first.next)).toEqual({ replayed: 2, next: null, full: false });
    expect(queued(mailbox, 7).map(([, name]) => name)).toEqual([guid(3), guid(4)]);
  });

  check("replay: a signal that was given up with the backlog can be sent again", (_mailbox, sql) => {
    const mailbox = new Mailbox({ sql, newStreamId: () => "stream", maxUnacked: 2 });
    for (const n of [1, 2, 3]) mailbox.accept(queuedSignal(n));
    mailbox.gapTold();
    expect(replay(mailbox)).toMatchObject({ replayed: 2, full: true });
    expect(queued(mailbox, 3).map(([, name]) => name)).toEqual([guid(1), guid(2)]);
  });

  check("replay: one that only counts changes nothing", (mailbox) => {
    for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
    mailbox.acknowledge(2, T0);
    expect(mailbox.replaySince({ sinceMs: 0, from: null, dryRun: true })).toMatchObject({ replayed: 2 });
    expect(mailbox.replayGuid(guid(1), true)).toBe("replayed");
    expect([mailbox.head(), mailbox.unacked()]).toEqual([2, 0]);
  });

  check("replay: one delivery by its GUID; what waits is sent anyway, and what is not known is said so", (mailbox) => {
    for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
    mailbox.acknowledge(1, T0);
    expect(mailbox.replayGuid(guid(2), false)).toBe("waiting");
    expect(mailbox.replayGuid(guid(9), false)).toBeNull();
    expect(mailbox.replayGuid(guid(1), false)).toBe("replayed");
    expect(mailbox.replayGuid(guid(1), false)).toBe("waiting");
    expect(queued(mailbox, 1)).toEqual([
      [2, guid(2)],
      [3, guid(1)],
    ]);
  });

  check("E-9: a replay does not look like a delivery", (mailbox) => {
    for (const n of [1, 2]) mailbox.accept(queuedSignal(n));
    mailbox.acknowledge(2, T0 + 3);
    const before = storedFreshness(mailbox, new Tally().state, T0 + 9);
    replay(mailbox);
    const after = storedFreshness(mailbox, new Tally().state, T0 + 9);
    expect([after.lastSignalAt, after.lastDeliveryAt]).toEqual([before.lastSignalAt, before.lastDeliveryAt]);
  });
}
