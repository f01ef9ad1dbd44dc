import { messageOf } from "../../shared/errors/message-of.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { pauseAt, type OperatorPause } from "../../shared/controller/operator-pause.ts";
import { Journal } from "./journal.ts";
import { NodeSql } from "../sqlite/node-sql.ts";
import { DrainRecords } from "./drain-records.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "./open-journal.ts";
import { PauseRecord } from "./pause-record.ts";
import { SlotRecords, type SlotRecord } from "./slot-records.ts";
import { SweepRecords, type SweepRecord } from "./sweep-records.ts";

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
  const files = [join(folder, JOURNAL_FILE), join(folder, SLOTS_FILE)] as const;
  if (!files.some((file) => existsSync(file))) return { kind: "absent" };
  const open: NodeSql[] = [];
  const close = (): void => {
    for (const sql of open) sql.close();
  };
  try {
    const [signals, slots] = files.map((file) => {
      const sql = new NodeSql(file, { readOnly: true });
      open.push(sql);
      return sql;
    }) as [NodeSql, NodeSql];
    const journal = new Journal(signals);
    const pause = new PauseRecord(signals).get();
    const facts: JournalFacts = {
      slots: new SlotRecords(slots).all(),
      lastSweep: new SweepRecords(slots).last(),
      drained: new DrainRecords(signals).pools(),
      operatorPause: (nowMs) => pauseAt(pause, nowMs),
      has: (guid) => journal.has(guid),
      problems: () => [signals, slots].flatMap(problemsOf),
      close,
    };
    return { kind: "read", facts };
  } catch (error) {
    close();
    return { kind: "unreadable", why: messageOf(error) };
  }
}

/** https://sqlite.org/pragma.html#pragma_quick_check */
function problemsOf(sql: NodeSql): readonly string[] {
  const rows = sql.exec("PRAGMA quick_check(3)").map((row) => String(Object.values(row)[0]));
  return rows.filter((row) => row !== "ok");
}
