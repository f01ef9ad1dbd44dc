import type { NoticeRule } from "../settings/notice-rules.ts";

/** Something that is wrong as of now. */
export interface Condition {
  readonly rule: NoticeRule;
  /** Names what is wrong among all that may be: a rule, or a rule and a pool. */
  readonly key: string;
  readonly text: string;
  readonly remedy: string;
  /** How long it must hold before it is worth a word, milliseconds. */
  readonly afterMs: number;
}

/** What is wrong, and the rules that cannot be judged now: what they found before neither stays nor ends by that. */
export interface Judgement {
  readonly conditions: readonly Condition[];
  readonly unknown: ReadonlySet<NoticeRule>;
}

/** One message to people: the same `id` however often it is sent. */
export interface Notice {
  readonly id: string;
  readonly kind: "trouble" | "recovery" | "test";
  readonly rule: NoticeRule | "test";
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly remedy: string | null;
  readonly instance: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}
