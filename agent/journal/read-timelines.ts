import { existsSync } from "node:fs";
import { join } from "node:path";

import { Journal } from "./journal.ts";
import { NodeSql } from "./node-sql.ts";
import { JOURNAL_FILE, SLOTS_FILE } from "./open-journal.ts";
import { SlotRecords } from "./slot-records.ts";
import { timelines, type JobTimeline } from "./timeline.ts";

/**
 * The timelines in an agent's folder, read without changing anything there: the agent may be running, under another
 * user and in another version. None where there is no journal of this version.
 */
export function readTimelines(folder: string): readonly JobTimeline[] {
  const files = [join(folder, JOURNAL_FILE), join(folder, SLOTS_FILE)] as const;
  if (!files.every((file) => existsSync(file))) return [];
  const open: NodeSql[] = [];
  try {
    const [signals, slots] = files.map((file) => new NodeSql(file, { readOnly: true }));
    if (signals === undefined || slots === undefined) return [];
    open.push(signals, slots);
    return timelines(new Journal(signals).signals(), new SlotRecords(slots).all());
  } catch {
    return [];
  } finally {
    for (const sql of open) sql.close();
  }
}
