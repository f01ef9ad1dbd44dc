import { join } from "node:path";
import { performance } from "node:perf_hooks";

import type { FiguresOf } from "../../config/build/figures.ts";
import { askStatus } from "../../agent/control/ask-status.ts";
import { startControl } from "../../agent/control/control-server.ts";
import { Agent } from "../../agent/daemon/agent.ts";
import { daemonOf } from "../../agent/daemon/daemon-of.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { openJournal } from "../../agent/journal/open-journal.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { fillJournal } from "../agent/journal/fill-journal.ts";
import { queuedSignal } from "../samples/signal.ts";
import { poolOf } from "../shared/controller/world.ts";
import { FakeSlots } from "../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../stand-ins/github/fake-github.ts";
import { VirtualClock } from "../stand-ins/time/virtual-clock.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { quantile } from "./quartiles.ts";

const OPEN = { few: 5, many: 500 };
const FINISHED = { few: 100, many: 100_000 };
const ASKED = 200;
const MOST_RATIO = 5;

/** What an answer with the status document costs over the control socket, by open jobs and by finished ones. */
export async function benchStatus(): Promise<Measured<"status">> {
  const fewMs = await p95Of(OPEN.few, FINISHED.few);
  const manyOpenMs = await p95Of(OPEN.many, FINISHED.few);
  const manyFinishedMs = await p95Of(OPEN.few, FINISHED.many);
  const figures: FiguresOf<"status"> = {
    openFew: OPEN.few,
    openMany: OPEN.many,
    finishedFew: FINISHED.few,
    finishedMany: FINISHED.many,
    fewMs,
    manyOpenMs,
    manyFinishedMs,
  };
  const ok = manyOpenMs <= MOST_RATIO * fewMs && manyFinishedMs <= MOST_RATIO * fewMs;
  const text = `${OPEN.few} open jobs, ${FINISHED.few} finished     ${fewMs.toFixed(2)} ms, p95 of ${ASKED}
${OPEN.many} open jobs, ${FINISHED.few} finished   ${manyOpenMs.toFixed(2)} ms (at most ${MOST_RATIO} times that)
${OPEN.few} open jobs, ${FINISHED.many} finished  ${manyFinishedMs.toFixed(2)} ms (at most ${MOST_RATIO} times that)
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}

function p95Of(open: number, finished: number): Promise<number> {
  return inBenchFolder((folder) => {
    fillJournal(join(folder, "journal.db"), finished, 0, 0);
    return measureIn(folder, open);
  });
}

async function measureIn(folder: string, open: number): Promise<number> {
  const clock = new VirtualClock();
  const journal = openJournal(folder);
  const signals = Array.from({ length: open }, (_, n) =>
    queuedSignal(1_000_000 + n, { createdAtMs: clock.now(), startedAtMs: clock.now() }),
  );
  new Journal(journal.signals).take(signals, clock.now());
  const agent = new Agent({
    instance: "nas",
    boot: "boot",
    host: "nas",
    fleet: { version: 2, pools: [poolOf({ max: 4 })] },
    architecture: "amd64",
    github: new FakeGitHub(clock),
    provider: new FakeSlots(clock),
    dial: null,
    journalSql: journal.signals,
    slotsSql: journal.slots,
    sweepIntervalMs: 60_000,
    clock,
    random: () => 0.5,
    log: silentLogger,
  });
  void agent.start();
  await clock.advance(0);
  const daemon = daemonOf({ agent, fleetFile: null, secrets: null });
  const control = await startControl({ dataFolder: folder, daemon, log: silentLogger });
  const took: number[] = [];
  for (let n = 0; n < ASKED; n += 1) {
    const before = performance.now();
    const status = await askStatus(folder);
    took.push(performance.now() - before);
    if (status?.jobs.waitingTotal !== open) throw new Error(`${status?.jobs.waitingTotal} jobs wait, not ${open}`);
  }
  await control?.close();
  await clock.runUntil(agent.stop());
  journal.close();
  return quantile(took, 0.95);
}
