import { onTestFinished } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
import { linkFixture } from "../link/link-fixture.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { capturedLog } from "../../samples/captured-log.ts";

/** The mailbox of the standalone receiver and the agent's own link client, in one process and in virtual time. */
export function localLink(sql: SqlDatabase = new NodeSql(":memory:")) {
  const clock = new VirtualClock();
  const log = capturedLog();
  const mailbox = new LocalMailbox({ sql, clock, log: log.log });
  onTestFinished(() => mailbox.close());
  const journalDisk = new FullDisk();
  const journal = new Journal(journalDisk);
  const { client, told } = linkFixture({ dial: mailbox.dial, clock, journal, log: log.log });
  return { clock, log, sql, mailbox, journal, journalDisk, client, told };
}
