import type { Mutation } from "./mutation.ts";

const STORE = "shared/mailbox/signal-store.ts";
const SUMMARY = "shared/mailbox/signal-summary.ts";
const DEAD = "shared/mailbox/dead-letters.ts";
const FRESHNESS = "shared/mailbox/freshness.ts";

type Dearer = Omit<Mutation, "foundBy">;

/** Each answers as before and makes one entry point dearer, most of them with the mailbox. */
const DEARER: readonly Dearer[] = [
  {
    breaks: "price of a delivery: its number is looked for in all signals",
    file: STORE,
    search: "coalesce((SELECT max(seq) FROM ${current})",
    replace: "coalesce((SELECT max(seq + 0) FROM ${current})",
  },
  {
    breaks: "price of a copy: its GUID is looked for without the index",
    file: STORE,
    search: "SELECT seq FROM signals WHERE guid = ?",
    replace: "SELECT seq FROM signals WHERE guid || '' = ?",
  },
  {
    breaks: "price of a delivery: the summary is written each time",
    file: SUMMARY,
    search: "if (point.head % SUMMARY_STRIDE !== 0) return;",
    replace: "",
  },
  {
    breaks: "price of an acknowledgement: it goes to disk each time",
    file: "shared/mailbox/acknowledgement.ts",
    search: "if (seq - this.#stored().seq >= this.#stride) this.settle();",
    replace: "this.settle();",
  },
  {
    breaks: "price of a probe: the newest number is looked for in all signals",
    file: STORE,
    search: "SELECT seq FROM signals ORDER BY seq DESC LIMIT 1",
    replace: "SELECT max(seq + 0) AS seq FROM signals",
  },
  {
    breaks: "price of a report: it is written twice",
    file: "shared/mailbox/last-report.ts",
    search: "this.#cell.set({ atMs: nowMs, report });",
    replace: "for (const each of [report, report]) this.#cell.set({ atMs: nowMs, report: each });",
  },
  {
    breaks: "price of a reconnect: the summary is made anew",
    file: SUMMARY,
    search: "if (kept.upTo >= from) return new SummaryDraft(kept);",
    replace: "if (from === Infinity) return new SummaryDraft(kept);",
  },
  {
    breaks: "price of a reconnect: all that an earlier version left is caught up with",
    file: SUMMARY,
    search: "const MAX_CATCH_UP = 5000;",
    replace: "const MAX_CATCH_UP = 5000 * 100_000;",
  },
  {
    breaks: "price of freshness and reconnect: the summary is a hundred times as far behind",
    file: SUMMARY,
    search: "export const SUMMARY_STRIDE = 32;",
    replace: "export const SUMMARY_STRIDE = 3200;",
  },
  {
    breaks: "price of freshness: what is not acknowledged is counted one by one",
    file: FRESHNESS,
    search: "unacked: head - acked,",
    replace: 'unacked: sql.exec("SELECT seq FROM signals WHERE seq > ?", acked).length,',
  },
  {
    breaks: "price of freshness: the oldest that waits is looked for without a limit",
    file: "shared/mailbox/signal-store.ts",
    search: "WHERE seq > ? ORDER BY seq LIMIT 1",
    replace: "WHERE seq > ? ORDER BY seq",
  },
  {
    breaks: "price of freshness: dead letters are counted one by one",
    file: DEAD,
    search: "if (known !== null && known.first === first && known.last === last) return known.count;",
    replace: "if (known?.count === -1) return known.count;",
  },
  {
    breaks: "price of the list of dead letters: all of them are sorted",
    file: DEAD,
    search: "FROM dead_letters ORDER BY seq DESC LIMIT ?`,",
    replace: "FROM dead_letters ORDER BY seq + 0 DESC LIMIT ?`,",
  },
  {
    breaks: "price of a refusal: the letter is looked for among all",
    file: DEAD,
    search: "SELECT 1 AS one FROM dead_letters WHERE seq = ?",
    replace: "SELECT 1 AS one FROM dead_letters WHERE seq + 0 = ?",
  },
  {
    breaks: "price of a requeue: the old place is looked for in all signals",
    file: STORE,
    search: "DELETE FROM ${table} WHERE seq = ?",
    replace: "DELETE FROM ${table} WHERE seq + 0 = ?",
  },
  {
    breaks: "price of the alarm: a generation is deleted signal by signal",
    file: STORE,
    search: "this.#sql.exec(`DROP TABLE ${other}`);",
    replace: "this.#sql.exec(`DELETE FROM ${other} WHERE seq > 0`);\n      this.#sql.exec(`DROP TABLE ${other}`);",
  },
];

/** Breaks of what each entry point may cost. */
export const PRICE_MUTATIONS: readonly Mutation[] = DEARER.map((mutation) => ({ ...mutation, foundBy: ["prices"] }));
