import { FakeLink } from "../shared/edge/fake-link.ts";
import { PairedLink } from "../shared/edge/paired-link.ts";
import { MAILBOX_TABLES, rowsOf, type TableRows } from "../stand-ins/disk/table-rows.ts";

const JOURNAL_TABLES = ["cursor", "signals", "unread"];
const PING = /^p[io]ng$/;

/** What this version says and writes, for the next one to read. */
export interface Recorded {
  /** Frames of both sides in order, and each dial. */
  readonly conversation: readonly object[];
  readonly mailbox: TableRows;
  readonly journal: TableRows;
}

/**
 * Lets both ends of the link live through what they have frames for: replay, a live signal, one that cannot be read, a
 * lost connection, a report, a change of routes.
 */
export async function recordRelease(): Promise<Recorded> {
  const conversation: object[] = [];
  const link = new PairedLink(() => 0.5, new FakeLink());
  const keep = (side: "up" | "down") => (text: string) => {
    if (!PING.test(text)) conversation.push({ [side]: JSON.parse(text) as object });
    return false;
  };
  link.swallows = keep("up");
  link.drops = keep("down");
  const dial = (): void => void conversation.push({ dialled: conversation.filter(isDial).length + 1 });
  dial();
  link.edge.deliver(2);
  link.client.start();
  await link.advance(1000);
  link.edge.deliver(1);
  await link.advance(1000);
  link.edge.deliver(1, { jobId: "none" as unknown as number });
  await link.advance(1000);
  link.client.report({ slots: 1, busy: 0, demand: 2, lastSweepAt: link.clock.now(), lastCompleteSweepAt: null });
  link.client.announce();
  await link.advance(1000);
  dial();
  link.cut();
  link.edge.deliver(1);
  // The edge is probed every five minutes.
  await link.advance(6 * 60_000);
  const journal = rowsOf(link.disk, JOURNAL_TABLES);
  link.client.stop();
  link.edge.host.settle();
  link.edge.deliver(1);
  return { conversation, mailbox: rowsOf(link.edge.sql, MAILBOX_TABLES), journal };
}

function isDial(entry: object): boolean {
  return "dialled" in entry;
}
