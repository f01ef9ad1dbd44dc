import { expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { Ledger } from "../../../shared/controller/ledger.ts";
import { Reporter } from "../../../agent/daemon/report.ts";
import { MissedWebhooks } from "../../../agent/daemon/missed-webhooks.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { loopbackAgent } from "./loopback-agent.ts";

const LABELS = ["self-hosted", "nas"];

test("a job that only sweeps know of is counted within minutes, until a webhook tells of it", async () => {
  const { agent, loopback, journalSql, sweep, clock } = await loopbackAgent(poolOf({ repositories: null }));
  const job = loopback.queueJob({ repository: "acme/web", labels: LABELS, runsForMs: null });
  await sweep();
  await agent.waitFor(({ slots }) => slots === 1, patience());
  expect(agent.state().missed).toBe(0);
  for (let n = 0; n < 3; n += 1) await sweep();
  expect(agent.state().missed).toBe(1);
  const told = queuedSignal(1, { jobId: job.id, repository: "acme/web", labels: LABELS });
  new Journal(journalSql).append("stream", [{ seq: 1, signal: told }], 1, clock.now());
  expect(agent.state().missed).toBe(0);
});

test("deliveries that had to be taken from GitHub's log count until their hook delivers by itself", () => {
  const missed = new MissedWebhooks({
    ledger: { jobs: [] },
    journal: { toldByLink: () => false },
    clock: new VirtualClock(),
  });
  const of = (n: number, hookId: string) => queuedSignal(n, { hookId });
  missed.recovered([of(1, "111"), of(2, "111"), of(3, "222")]);
  expect(missed.count()).toBe(3);
  missed.heard([of(4, "222")]);
  expect(missed.count()).toBe(2);
  missed.heard([of(5, "111")]);
  expect(missed.count()).toBe(0);
});

test("what is missed is reported to the edge when it changes, once a minute at most", async () => {
  const clock = new VirtualClock();
  const sent: (number | undefined)[] = [];
  const reporter = new Reporter({
    ledger: new Ledger("hl-nas-"),
    pools: () => [],
    journal: { toldByLink: () => false },
    send: (report) => void sent.push(report.missed),
    clock,
  });
  const stop = new AbortController();
  const running = reporter.run(stop.signal);
  await clock.advance(60_000);
  reporter.missed.recovered([queuedSignal(1), queuedSignal(2)]);
  await clock.advance(180_000);
  expect(sent).toEqual([0, 2]);
  stop.abort();
  await running;
});
