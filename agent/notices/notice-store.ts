import * as z from "zod";

import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { migrateJournal } from "../journal/journal-schema.ts";
import { type Notice } from "./notice.ts";
import { NOTICE_RULES, type NoticeRule } from "../settings/notice-rules.ts";

/** After that time nobody wants to hear of it any more. */
const KEPT_MS = 3 * 24 * 60 * 60_000;

const noticeSchema = z.object({
  id: z.string(),
  kind: z.enum(["trouble", "recovery", "test"]),
  rule: z.enum([...NOTICE_RULES, "test"]),
  key: z.string(),
  title: z.string(),
  text: z.string(),
  remedy: z.string().nullable(),
  instance: z.string(),
  atMs: z.number(),
});

/** A trouble that people were told of and that is not over. */
export interface Told {
  readonly key: string;
  readonly rule: NoticeRule;
  readonly text: string;
}

/** A notice that one receiver has not taken yet. */
export interface Pending {
  readonly notice: Notice;
  readonly receiver: string;
}

/** Notices in the journal: each is kept until every receiver has taken it, and what people were told of. */
export class NoticeStore {
  readonly #sql: SqlDatabase;
  readonly #receivers: readonly string[];
  #told: Map<string, Told>;

  /** `receivers` are names that hold no secret. @throws {Error} if the file was written by a newer version. */
  constructor(sql: SqlDatabase, receivers: readonly string[]) {
    migrateJournal(sql);
    this.#sql = sql;
    this.#receivers = receivers;
    this.#told = readTold(sql);
  }

  told(): readonly Told[] {
    return [...this.#told.values()];
  }

  isTold(key: string): boolean {
    return this.#told.has(key);
  }

  /** Queues a notice for every receiver and notes what people know by it, in one step. On disk on return. */
  tell(notice: Notice): void {
    const { id, kind, key, rule, text, atMs } = notice;
    this.#sql.transaction(() => {
      for (const receiver of this.#receivers) {
        this.#sql.exec("INSERT INTO notices VALUES (?, ?, ?, ?)", id, receiver, atMs, JSON.stringify(notice));
      }
      if (kind === "recovery") this.#sql.exec("DELETE FROM told_troubles WHERE key = ?", key);
      else this.#sql.exec("INSERT OR REPLACE INTO told_troubles VALUES (?, ?, ?)", key, rule, text);
    });
    this.#told = readTold(this.#sql);
  }

  /** What is to be sent, oldest first. */
  pending(): readonly Pending[] {
    return this.#sql.exec("SELECT receiver, notice FROM notices ORDER BY at, id").flatMap((row) => {
      const parsed = noticeSchema.safeParse(JSON.parse(String(row["notice"])));
      return parsed.success ? [{ notice: parsed.data, receiver: String(row["receiver"]) }] : [];
    });
  }

  /** A receiver has taken it. */
  sent(id: string, receiver: string): void {
    this.#sql.exec("DELETE FROM notices WHERE id = ? AND receiver = ?", id, receiver);
  }

  /** Gives up what is older than three days. Returns how many. */
  prune(nowMs: number): number {
    return this.#sql.exec("DELETE FROM notices WHERE at < ? RETURNING id", nowMs - KEPT_MS).length;
  }
}

function readTold(sql: SqlDatabase): Map<string, Told> {
  const rows = sql.exec("SELECT key, rule, text FROM told_troubles");
  return new Map(
    rows.flatMap((row) => {
      const rule = NOTICE_RULES.find((each) => each === row["rule"]);
      const key = String(row["key"]);
      return rule === undefined ? [] : [[key, { key, rule, text: String(row["text"]) }] as const];
    }),
  );
}
