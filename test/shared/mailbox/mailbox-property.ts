import fc from "fast-check";
import { expect } from "vitest";

import { Mailbox } from "../../../shared/mailbox/mailbox.ts";
import { signalSchema } from "../../../shared/workflow-job/signal.ts";
import { queuedSignal, T0 } from "../../samples/signal.ts";
import type { Databases } from "./mailbox-suite.ts";

const MAX_UNACKED = 5;
const RETENTION_MS = 10;
const ACK_STRIDE = 3;

const steps = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant("accept" as const), n: fc.nat({ max: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("ack" as const), n: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("bury" as const), n: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("prune" as const), n: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("requeue" as const), n: fc.nat({ max: 20 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("replay" as const), n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const), n: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reopen" as const), n: fc.constant(0) }) },
);

interface Step {
  readonly do: "accept" | "ack" | "bury" | "requeue" | "replay" | "prune" | "settle" | "reopen";
  readonly n: number;
}

/** Runs random steps on a mailbox and on the model; a failure prints seed and path of the smallest example. */
export function mailboxProperty(databases: Databases): void {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (sequence) => {
      const model = new Model();
      let mailbox = open(databases.fresh());
      for (const step of sequence) {
        if (step.do === "settle") mailbox.settle();
        if (step.do === "reopen") mailbox = open(databases.reopen());
        expect(take(mailbox, step, model.nowMs)).toEqual(model.take(step));
        expect(stateOf(mailbox)).toEqual(model.state());
      }
    }),
    { numRuns: 100 },
  );
}

function open(sql: ReturnType<Databases["fresh"]>): Mailbox {
  return new Mailbox({
    sql,
    newStreamId: () => "stream",
    maxUnacked: MAX_UNACKED,
    retentionMs: RETENTION_MS,
    ackStride: ACK_STRIDE,
  });
}

function take(mailbox: Mailbox, step: Step, nowMs: number): unknown {
  if (step.do === "accept") return mailbox.accept(queuedSignal(step.n, { receivedAtMs: nowMs }));
  if (step.do === "ack") mailbox.acknowledge(step.n, nowMs);
  if (step.do === "bury" && mailbox.after(step.n - 1, 1)[0]?.seq === step.n) mailbox.bury(step.n, "test", 1, nowMs);
  if (step.do === "requeue") return mailbox.requeue(step.n);
  if (step.do === "replay") return mailbox.replaySince({ sinceMs: 0, from: null, dryRun: false }).replayed;
  if (step.do === "prune") mailbox.prune(nowMs + step.n);
  return undefined;
}

function stateOf(mailbox: Mailbox): unknown {
  return {
    head: mailbox.head(),
    acked: mailbox.acked(),
    unacked: mailbox.unacked(),
    dead: mailbox.dead(),
    gap: mailbox.gap(),
    alive: mailbox.after(0, 1000).map(({ seq, signal }) => [seq, signalSchema.parse(signal).guid]),
  };
}

interface Row {
  seq: number;
  generation: number;
  dead: boolean;
}

/** The mailbox as a map and some numbers. */
class Model {
  nowMs = T0;
  readonly #rows = new Map<number, Row>();
  #head = 0;
  #acked = 0;
  #settled = 0;
  #gap: { from: number; to: number } | null = null;
  #generation = 1;
  #sinceMs: number | null = null;

  take(step: Step): unknown {
    if (step.do === "accept") return this.#accept(step.n);
    if (step.do === "ack" && step.n > this.#acked && step.n <= this.#head) {
      this.#acked = step.n;
      if (this.#acked - this.#settled >= ACK_STRIDE) this.#settled = this.#acked;
    }
    if (step.do === "bury") this.#bury(step.n);
    if (step.do === "requeue") return this.#requeue(step.n);
    if (step.do === "replay") return this.#replay();
    if (step.do === "prune") this.#prune((this.nowMs += step.n));
    if (step.do === "settle") this.#settled = this.#acked;
    if (step.do === "reopen") this.#acked = this.#settled;
    return undefined;
  }

  #accept(n: number): unknown {
    this.#sinceMs ??= this.nowMs;
    const known = this.#rows.get(n);
    if (known !== undefined && !known.dead) return { kind: "duplicate", seq: known.seq };
    return { kind: "stored", seq: this.#store(n) };
  }

  #store(n: number): number {
    this.#head += 1;
    this.#rows.set(n, { seq: this.#head, generation: this.#generation, dead: false });
    if (this.#head - this.#acked > MAX_UNACKED) {
      this.#gap = { from: this.#gap?.from ?? this.#acked + 1, to: this.#head };
      this.#skipTo(this.#head);
    }
    return this.#head;
  }

  #skipTo(seq: number): void {
    this.#acked = seq;
    this.#settled = seq;
  }

  #bury(seq: number): void {
    const row = [...this.#rows.values()].find((each) => each.seq === seq && !each.dead);
    if (row === undefined) return;
    row.dead = true;
    const alive = [...this.#rows.values()].filter((each) => !each.dead && each.seq > this.#acked);
    const upTo = Math.min(this.#head, ...alive.map((each) => each.seq - 1));
    if (upTo > this.#acked) this.#skipTo(upTo);
  }

  #requeue(seq: number): number | null {
    const found = [...this.#rows].find(([, row]) => row.seq === seq && row.dead);
    return found === undefined ? null : this.#store(found[0]);
  }

  #replay(): number {
    const past = [...this.#rows].filter(([, row]) => row.seq <= this.#acked).toSorted(([, a], [, b]) => a.seq - b.seq);
    const moved = past.slice(0, MAX_UNACKED - (this.#head - this.#acked));
    for (const [n] of moved) this.#store(n);
    return moved.length;
  }

  #prune(nowMs: number): void {
    if (this.#sinceMs === null || nowMs < this.#sinceMs + RETENTION_MS) return;
    const rows = [...this.#rows];
    if (!rows.some(([, row]) => row.generation === this.#generation)) return;
    const older = rows.filter(([, row]) => row.generation < this.#generation);
    if (older.some(([, row]) => row.seq > this.#acked)) return;
    for (const [n, row] of older) {
      if (row.dead) row.generation = this.#generation;
      else this.#rows.delete(n);
    }
    this.#generation += 1;
    this.#sinceMs = nowMs;
  }

  state(): unknown {
    const alive = [...this.#rows].filter(([, row]) => !row.dead).toSorted(([, a], [, b]) => a.seq - b.seq);
    return {
      head: this.#head,
      acked: this.#acked,
      unacked: this.#head - this.#acked,
      dead: [...this.#rows.values()].filter((row) => row.dead).length,
      gap: this.#gap,
      alive: alive.map(([n, row]) => [row.seq, queuedSignal(n).guid]),
    };
  }
}
