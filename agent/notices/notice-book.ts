import { randomUUID } from "node:crypto";

import type { Clock } from "../../shared/clock/clock.ts";
import { typedHere } from "../../shared/text/typed-here.ts";
import type { Condition, Judgement, Notice } from "./notice.ts";
import type { NoticeRule } from "../settings/notice-rules.ts";
import type { NoticeStore } from "./notice-store.ts";

/** What comes and goes within this time is one trouble, not many. */
const CLEAR_MS = 2 * 60_000;
/** Notices in an hour; what is beyond waits, and is told if it still holds. */
const MOST_AN_HOUR = 12;
const HOUR_MS = 60 * 60_000;

export interface NoticeBookOptions {
  readonly store: NoticeStore;
  readonly instance: string;
  /** How Hookline is called where the agent runs. */
  readonly call: string;
  /** Whether people want to sleep now. */
  readonly isQuiet: () => boolean;
  /** Rules of which nothing is told. */
  readonly without: readonly NoticeRule[];
  readonly clock: Clock;
}

/**
 * Makes notices of what is wrong: one when it begins, after it has held for its time, and one when it is over. Both are
 * on disk on return. It goes by what holds, not by what happened: what nobody may be told now is told later if it
 * still holds.
 */
export class NoticeBook {
  readonly #options: NoticeBookOptions;
  /** Since when each condition holds that was not told, on the monotonic clock. */
  readonly #since = new Map<string, number>();
  /** Since when each told condition is away. */
  readonly #away = new Map<string, number>();
  /** When the last notices were made. */
  #made: number[] = [];

  constructor(options: NoticeBookOptions) {
    this.#options = options;
  }

  /** Takes what is so now. @throws {Error} what the disk throws: nothing is told then, and the next call tries again. */
  judge(judgements: readonly Judgement[]): void {
    const { store, without, clock } = this.#options;
    const unknown = new Set(judgements.flatMap((judgement) => [...judgement.unknown]));
    const conditions = new Map<string, Condition>();
    for (const condition of judgements.flatMap((judgement) => judgement.conditions)) {
      if (!without.includes(condition.rule)) conditions.set(condition.key, condition);
    }
    const nowMs = clock.monotonicMs();
    for (const key of this.#since.keys()) if (!conditions.has(key)) this.#since.delete(key);
    for (const condition of conditions.values()) this.#holds(condition, nowMs);
    for (const told of store.told()) {
      if (conditions.has(told.key)) this.#away.delete(told.key);
      else if (!unknown.has(told.rule)) this.#isAway(told, nowMs);
    }
  }

  #holds(condition: Condition, nowMs: number): void {
    const { key, afterMs, rule, text, remedy } = condition;
    const { store } = this.#options;
    if (store.isTold(key)) return;
    const sinceMs = this.#since.get(key) ?? nowMs;
    this.#since.set(key, sinceMs);
    if (nowMs - sinceMs < afterMs || !this.#mayTell(nowMs)) return;
    store.tell(this.#notice({ kind: "trouble", rule, key, text, remedy }));
    this.#made.push(nowMs);
    this.#since.delete(key);
  }

  #isAway({ key, rule, text }: Pick<Notice, "key" | "text"> & { readonly rule: NoticeRule }, nowMs: number): void {
    const sinceMs = this.#away.get(key) ?? nowMs;
    this.#away.set(key, sinceMs);
    if (nowMs - sinceMs < CLEAR_MS || this.#options.isQuiet()) return;
    this.#options.store.tell(this.#notice({ kind: "recovery", rule, key, text: `Over: ${text}`, remedy: null }));
    this.#away.delete(key);
  }

  #mayTell(nowMs: number): boolean {
    this.#made = this.#made.filter((madeMs) => nowMs - madeMs < HOUR_MS);
    return !this.#options.isQuiet() && this.#made.length < MOST_AN_HOUR;
  }

  #notice(parts: Pick<Notice, "kind" | "rule" | "key" | "text" | "remedy">): Notice {
    const { instance, clock, call } = this.#options;
    const remedy = parts.remedy === null ? null : typedHere(parts.remedy, call);
    const title = parts.kind === "recovery" ? `${instance}: ${parts.rule} is over` : `${instance}: ${parts.rule}`;
    return { id: `msg_${randomUUID()}`, title, instance, atMs: clock.now(), ...parts, remedy };
  }
}
