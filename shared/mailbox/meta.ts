import * as z from "zod/mini";

import { absenceSchema } from "./absence-row.ts";
import { agentReportSchema } from "../link/report.ts";
import { routeSchema } from "../link/route.ts";
import type { SqlDatabase } from "../sql/sql.ts";
import { hookSecretsSchema } from "./hook-secrets-row.ts";
import { signalSummarySchema } from "./summary-state.ts";
import { fightSchema, takeoverSchema } from "./takeovers.ts";

const at = z.nullable(z.number());

const hookNoteSchema = z.object({ pingAtMs: at, ignoredAtMs: at });

/** What the mailbox knows besides the signals: one row a key, each a JSON value of its own schema. */
const META = {
  /** Names this database; a new one means that the mailbox was lost and starts again. */
  stream: z.string(),
  /** Cumulative acknowledgement, and when it came. */
  acked: z.object({ seq: z.number(), atMs: at }),
  /** The generation of signals that new ones go into, and since when. */
  generation: z.object({ current: z.enum(["a", "b"]), sinceMs: z.number() }),
  /** What freshness and a welcome say of the signals up to a number. */
  summary: signalSummarySchema,
  /** How many dead letters there are, and which were the first and the last of them then. */
  dead: z.object({ count: z.number(), first: z.nullable(z.number()), last: z.nullable(z.number()) }),
  /** Up to which dead letter it was looked which to put back for an agent of a version. */
  lettersSeen: z.object({ version: z.nullable(z.string()), upTo: z.number() }),
  /** The signal that the agent asked to get again, and how often in a row. */
  retry: z.object({ seq: z.number(), count: z.number() }),
  /** Connections that took the link from another agent lately, oldest first. */
  takeovers: z.array(takeoverSchema),
  /** Two agents that fought over the link when last seen. */
  fight: z.nullable(fightSchema),
  /** Raised at each accepted hello; frames of an older one change nothing. */
  fence: z.number(),
  /** Signals given up at the bound and not yet told to the agent. */
  gap: z.nullable(z.object({ from: z.number(), to: z.number() })),
  /** How many signals may wait, and the larger number that is owed to those up to one. */
  backlog: z.object({ limit: z.number(), owed: z.nullable(z.object({ limit: z.number(), upTo: z.number() })) }),
  /** What the fleet serves, as the agent announced it; null before the first announcement. */
  routes: z.nullable(z.array(routeSchema)),
  /** The last signed delivery that held no signal of ours. */
  noted: z.object({ pingAtMs: at, ignoredAtMs: at, hooks: z.optional(z.record(z.string(), hookNoteSchema)) }),
  /** Which secret each hook last signed with. */
  hookSecrets: hookSecretsSchema,
  /** What people were told of the agent's absence. */
  absence: absenceSchema,
  /** When the link of this fence was lost. */
  linkLoss: z.object({ fence: z.number(), atMs: z.number() }),
  /** The agent's last report, for the doctor. */
  report: z.nullable(z.object({ atMs: z.number(), report: agentReportSchema })),
} as const;

type Meta = { readonly [K in keyof typeof META]: z.infer<(typeof META)[K]> };

/** One row of the `meta` table. Reads parse: a row that does not fit is an error, not a surprise. */
export interface MetaCell<K extends keyof Meta> {
  get(): Meta[K] | null;
  set(value: Meta[K]): void;
}

/** The `meta` table. Each of its rows is given to one owner, who alone reads and writes it. */
export class MetaTable {
  readonly #sql: SqlDatabase;
  readonly #owned = new Set<keyof Meta>();

  constructor(sql: SqlDatabase) {
    this.#sql = sql;
  }

  /** Gives a row to its owner. @throws {TypeError} if it has one already. */
  cell<K extends keyof Meta>(key: K): MetaCell<K> {
    if (this.#owned.has(key)) throw new TypeError(`meta row ${key} has an owner already`);
    this.#owned.add(key);
    const sql = this.#sql;
    return {
      get() {
        const [row] = sql.exec("SELECT value FROM meta WHERE key = ?", key);
        return row === undefined ? null : (META[key].parse(JSON.parse(String(row["value"]))) as Meta[K]);
      },
      set(value) {
        sql.exec("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", key, JSON.stringify(value));
      },
    };
  }
}
