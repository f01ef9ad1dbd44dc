import { runInDurableObject } from "cloudflare:test";

import { RETENTION_MS } from "../../shared/mailbox/mailbox-options.ts";
import { Mailbox } from "../../shared/mailbox/mailbox.ts";
import { MetaTable } from "../../shared/mailbox/meta.ts";
import { migrate } from "../../shared/mailbox/migrations.ts";
import { SignalStore } from "../../shared/mailbox/signal-store.ts";
import { SignalSummary } from "../../shared/mailbox/signal-summary.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { DurableSql } from "../../worker/durable-sql.ts";
import { hello } from "../samples/hello.ts";
import { queuedSignal } from "../samples/signal.ts";
import { mailboxStub } from "./test-agent.ts";

export interface Filling {
  /** Signals of jobs that have ended, three a job: half of them in either generation. */
  readonly ended: number;
  /** Jobs that are queued and were heard of after those, a signal each. */
  readonly open?: number;
  /** So many are there already, by an earlier call. */
  readonly behind?: number;
  /** Of the newest signals so many are set aside. */
  readonly dead?: number;
}

const STEPS: readonly Partial<Signal>[] = [
  { action: "queued", status: "queued" },
  { action: "in_progress", status: "in_progress", runnerName: "hl-1" },
  { action: "completed", status: "completed", conclusion: "success" },
];

/** Of this version is the agent that refused them: they stay where they are when it comes back. */
const AGENT = hello().agentVersion;

/** Beyond the numbers of the deliveries that a test makes. */
const FIRST = 1_000_000;

/** Fills a mailbox as deliveries would, all acknowledged, by the product's own store and without a request each. */
export async function fillMailbox({ ended, open = 0, behind = 0, dead = 0 }: Filling): Promise<void> {
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    const sql = new DurableSql(storage, () => {});
    const nowMs = Date.now();
    migrate(sql);
    const meta = new MetaTable(sql);
    const signals = new SignalStore(sql, meta);
    const summary = new SignalSummary(sql, meta);
    const half = Math.floor(ended / 2);
    for (let n = 0; n < ended + open; n += 1) {
      if (ended > 0 && n === half) signals.rotate(nowMs - 1000, n, RETENTION_MS, () => true);
      const step = n < ended ? STEPS[n % STEPS.length] : STEPS[0];
      const jobId = FIRST + behind + (n < ended ? Math.floor(n / STEPS.length) : n);
      const receivedAtMs = nowMs - 1000 - (n < half ? RETENTION_MS : 0);
      const head = signals.insert(queuedSignal(FIRST + behind + n, { ...step, jobId, receivedAtMs })) ?? 0;
      summary.stored({ head, acked: head, nowMs: receivedAtMs });
    }
    const mailbox = new Mailbox({ sql, newStreamId: () => "filled" });
    const head = mailbox.head();
    mailbox.acknowledge(head, nowMs);
    mailbox.settle();
    for (let seq = head - dead + 1; seq <= head; seq += 1) mailbox.buryAcknowledged(seq, "unreadable", nowMs, AGENT);
  });
}
