import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { freshnessSchema, type Freshness } from "../../../shared/mailbox/freshness.ts";
import { post, type Sent } from "../../soak/github-sender.ts";
import { StandaloneProcess, TOKEN, WEBHOOK_SECRET } from "./standalone-process.ts";

const KILLS = 8;
/** Answers that are waited for between two kills: a different number each time, so that kills hit other moments. */
const BETWEEN = [3, 11, 1, 24, 7, 16, 2, 31] as const;
const AT_ONCE = 4;

async function freshness(receiver: StandaloneProcess): Promise<Freshness> {
  const answer = await fetch(`${receiver.url}/freshness`, { headers: { Authorization: `Bearer ${TOKEN}` } });
  return freshnessSchema.parse(await answer.json());
}

/** Senders that post one delivery after the other until they are told to stop, and all that they were answered. */
function steadySenders(webhookUrl: string) {
  const sent: Sent[] = [];
  const jobs = new Map<string, number>();
  const waiting = new Set<() => void>();
  let job = 0;
  const stop = new AbortController();
  const run = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      job += 1;
      const own = job;
      const answered = await post(webhookUrl, WEBHOOK_SECRET, own);
      jobs.set(answered.guid, own);
      sent.push(answered);
      for (const look of waiting) look();
      // While nobody listens a refusal comes at once: let the start that this process waits for have its turn.
      await new Promise((resolve) => void setImmediate(resolve));
    }
  };
  const running = Array.from({ length: AT_ONCE }, run);
  const accepted = (): readonly Sent[] => sent.filter(({ status }) => status === 202);
  return {
    sent,
    /** Which job a delivery told of. */
    jobOf: (guid: string) => jobs.get(guid) ?? 0,
    accepted,
    /** Resolves once this many more were accepted. */
    more(count: number): Promise<void> {
      const goal = accepted().length + count;
      return new Promise((resolve) => {
        const look = (): void => {
          if (accepted().length < goal) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
      });
    },
    async stop(): Promise<void> {
      stop.abort();
      await Promise.all(running);
    },
  };
}

/** Sequence numbers and GUIDs of a file that no process has open. */
function mailboxOf(folder: string): ReadonlyMap<string, number> {
  const sql = new NodeSql(join(folder, "mailbox.sqlite"), { readOnly: true });
  const rows = sql.exec("SELECT guid, seq FROM signals");
  sql.close();
  expect(new Set(rows.map((row) => row["seq"])).size).toBe(rows.length);
  expect(new Set(rows.map((row) => row["guid"])).size).toBe(rows.length);
  return new Map(rows.map((row) => [String(row["guid"]), Number(row["seq"])]));
}

function journalOf(folder: string): readonly string[] {
  const sql = new NodeSql(join(folder, "journal.db"));
  const guids = new Journal(sql).signals().map(({ signal }) => signal.guid);
  sql.close();
  return guids;
}

test("promises 1 to 3: killed without warning at any point, it keeps whatever it answered 2xx, once, and brings it to the journal", async () => {
  const receiver = await StandaloneProcess.create();
  onTestFinished(() => receiver.close());
  await receiver.start();
  const senders = steadySenders(receiver.webhookUrl);
  for (const count of BETWEEN) {
    await senders.more(count);
    await receiver.kill();
    await receiver.start();
  }
  await senders.more(5);
  await senders.stop();
  const accepted = senders.accepted();
  expect(accepted.length).toBeGreaterThan(BETWEEN.reduce((sum, count) => sum + count, 0));
  expect(senders.sent.length).toBeGreaterThan(accepted.length);

  // GitHub's own redelivery of everything: what was accepted is a duplicate under its number, the rest is new.
  for (const { guid, seq } of accepted) {
    expect(await post(receiver.webhookUrl, WEBHOOK_SECRET, senders.jobOf(guid), guid)).toEqual({
      guid,
      status: 202,
      seq,
    });
  }
  await expect.poll(() => freshness(receiver)).toMatchObject({ unacked: 0, dead: 0 });
  expect((await freshness(receiver)).agent.fence).toBe(KILLS + 1);
  expect(await receiver.stop()).toBe(0);
  const stored = mailboxOf(receiver.folder);
  const journaled = journalOf(receiver.folder);
  for (const { guid, seq } of accepted) expect(stored.get(guid)).toBe(seq);
  expect(journaled.toSorted()).toEqual([...stored.keys()].toSorted());
});
