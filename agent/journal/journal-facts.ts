import { existsSync } from "node:fs";

import { pauseAt, type OperatorPause } from "../../shared/controller/operator-pause.ts";
import { messageOf } from "../../shared/errors/message-of.ts";
import type { NodeSql } from "../sqlite/node-sql.ts";
import { journalFiles, openToRead, type ReadableJournal } from "./open-to-read.ts";
import type { SlotRecord } from "./slot-records.ts";
import type { SweepRecord } from "./sweep-records.ts";

/** What the checks know of the agent's journal. It is read and never written. */
export interface JournalFacts {
  readonly slots: readonly SlotRecord[];
  readonly lastSweep: SweepRecord | null;
  /** Pools that the operator drains. */
  readonly drained: readonly string[];
  /** The operator's pause of the fleet, if it holds at this time. */
  readonly operatorPause: (nowMs: number) => OperatorPause | null;
  /** Whether the signal of this delivery is there. */
  readonly has: (guid: string) => boolean;
  /** What is broken in the files, as SQLite says it; empty when they are whole. */
  readonly problems: () => readonly string[];
  readonly close: () => void;
}

/** `absent` where no agent has written yet; else why the journal cannot be read. */
export type JournalReading =
  | { readonly kind: "read"; readonly facts: JournalFacts }
  | { readonly kind: "absent" }
  | { readonly kind: "unreadable"; readonly why: string };

/** Opens the journal in an agent's folder for reading; the agent may be running. */
export function readJournalFacts(folder: string): JournalReading {
  if (!journalFiles(folder).some((file) => existsSync(file))) return { kind: "absent" };
  let open: ReadableJournal | null = null;
  try {
    open = openToRead(folder);
    return { kind: "read", facts: factsOf(open) };
  } catch (error) {
    open?.close();
    return { kind: "unreadable", why: messageOf(error) };
  }
}

function factsOf({ files, parts, close }: ReadableJournal): JournalFacts {
  const { journal, drains, pause, slots, sweeps } = parts;
  const kept = pause.get();
  return {
    slots: slots.all(),
    lastSweep: sweeps.last(),
    drained: drains.pools(),
    operatorPause: (nowMs) => pauseAt(kept, nowMs),
    has: (guid) => journal.has(guid),
    problems: () => files.flatMap(problemsOf),
    close,
  };
}

/** https://sqlite.org/pragma.html#pragma_quick_check */
function problemsOf(sql: NodeSql): readonly string[] {
  const rows = sql.exec("PRAGMA quick_check(3)").map((row) => String(Object.values(row)[0]));
  return rows.filter((row) => row !== "ok");
}
