import { onTestFinished } from "vitest";

import { Journal } from "../../agent/journal/journal.ts";
import { NodeSql } from "../../agent/journal/node-sql.ts";
import { LocalMailbox } from "../../agent/receiver/local-mailbox.ts";
import type { SqlDatabase } from "../../shared/mailbox/sql.ts";
import { FullDisk, linkFixture } from "../agent/link/link-fixture.ts";
import { VirtualClock } from "../agent/virtual-clock.ts";
import { capturedLog } from "../unit/samples/captured-log.ts";

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
