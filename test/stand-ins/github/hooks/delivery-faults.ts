import type { CancelTimer, Clock, Random } from "../../../../shared/clock/clock.ts";

/** What is about to be delivered. */
export interface DeliveryAbout {
  readonly event: string;
  readonly action: string | null;
  readonly guid: string;
  readonly hookId: number;
  readonly jobId: number | null;
  readonly redelivery: boolean;
}

export type DeliveryFault =
  /** Never sent, and not in the log: GitHub made no event of it. */
  | { readonly kind: "drop" }
  /** In the log as failed, though the receiver never saw it; status 0 is a time-out. */
  | { readonly kind: "fail"; readonly statusCode: number }
  /** Sent that many times more. */
  | { readonly kind: "duplicate"; readonly copies: number }
  | { readonly kind: "delay"; readonly delayMs: number }
  /** Kept back until `release`. */
  | { readonly kind: "hold" }
  /** Kept back until `size` have gathered, then sent in an order left to chance. */
  | { readonly kind: "shuffle"; readonly size: number };

export interface DeliveryRule {
  readonly fault: DeliveryFault;
  /** Which deliveries; all but redeliveries unless said otherwise. */
  readonly match?: (about: DeliveryAbout) => boolean;
  /** How many times; without end unless said otherwise. */
  readonly times?: number;
}

/** A rule at work. */
export interface Misdelivery {
  /** How many deliveries it has befallen. */
  readonly hits: number;
  /** How many it keeps back. */
  readonly held: number;
  /** Sends what it keeps back, in the order it came or the reverse. */
  release(order?: "kept" | "reversed"): void;
  /** Ends the rule and releases what it keeps back. */
  stop(): void;
}

type Send = (copies: number) => void;
type Fail = (statusCode: number) => void;

class ActiveRule implements Misdelivery {
  readonly rule: DeliveryRule;
  readonly #random: Random;
  #held: Send[] = [];
  #hits = 0;
  #stopped = false;

  constructor(rule: DeliveryRule, random: Random) {
    this.rule = rule;
    this.#random = random;
  }

  get hits(): number {
    return this.#hits;
  }

  get held(): number {
    return this.#held.length;
  }

  takes(about: DeliveryAbout): boolean {
    if (this.#stopped || this.#hits >= (this.rule.times ?? Infinity)) return false;
    return this.rule.match === undefined ? !about.redelivery : this.rule.match(about);
  }

  hit(): void {
    this.#hits++;
  }

  hold(send: Send, size: number): void {
    this.#held.push(send);
    if (this.#held.length >= size) this.#flush(shuffled(this.#held, this.#random));
  }

  release(order: "kept" | "reversed" = "kept"): void {
    this.#flush(order === "kept" ? this.#held : this.#held.toReversed());
  }

  stop(): void {
    this.#stopped = true;
    this.release();
  }

  #flush(sends: readonly Send[]): void {
    this.#held = [];
    for (const send of sends) send(1);
  }
}

/** The mishaps that tests ordered for deliveries. */
export class DeliveryFaults {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #rules: ActiveRule[] = [];
  readonly #timers = new Set<CancelTimer>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  add(rule: DeliveryRule): Misdelivery {
    const active = new ActiveRule(rule, this.#random);
    this.#rules.push(active);
    return active;
  }

  /** Sends, or does what the first rule that takes this delivery says. */
  apply(about: DeliveryAbout, send: Send, fail: Fail): void {
    const active = this.#rules.find((rule) => rule.takes(about));
    if (active === undefined) return send(1);
    active.hit();
    const { fault } = active.rule;
    switch (fault.kind) {
      case "drop":
        return;
      case "fail":
        return fail(fault.statusCode);
      case "duplicate":
        return send(1 + fault.copies);
      case "delay":
        return this.#later(fault.delayMs, send);
      case "hold":
        return active.hold(send, Infinity);
      case "shuffle":
        return active.hold(send, fault.size);
    }
  }

  close(): void {
    for (const cancel of this.#timers) cancel();
  }

  #later(delayMs: number, send: Send): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#timers.delete(cancel);
      send(1);
    });
    this.#timers.add(cancel);
  }
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
