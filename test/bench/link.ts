import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

import type { FiguresOf } from "../../config/build/figures.ts";
import { readUp } from "../../shared/link/codec.ts";
import { post } from "../soak/github-sender.ts";
import { JournalAgent } from "../soak/journal-agent.ts";
import { SECRETS, until } from "../soak/soak-kit.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import { inBenchFolder } from "./bench-folder.ts";
import type { Measured } from "./measured.ts";
import { processorMs } from "./process-memory.ts";
import { quantile } from "./quartiles.ts";

export interface LinkSize {
  /** Deliveries at the steady rate, before and after the link's replay. */
  readonly steady: number;
  readonly replay: number;
}

const FULL: LinkSize = { steady: 1000, replay: 10_000 };
/** For `pnpm test`. */
export const SMALLEST: LinkSize = { steady: 5, replay: 40 };

const RATE_A_SECOND = 50;
const SENDERS = 16;
const PATIENCE_MS = 120_000;
const LIMIT = { storedP50Ms: 20, storedP99Ms: 100, replayMs: 7500 };

/**
 * What a signed delivery costs the Worker in workerd, how soon the agent's journal has it, and how long it takes to bring ten
 * thousand of them after an outage.
 */
export function benchLink(size: LinkSize = FULL): Promise<Measured<"link">> {
  return inBenchFolder(async (folder) => {
    const edge = await EdgeProcess.start(SECRETS);
    try {
      return measured(await measure(edge, folder, size));
    } finally {
      await edge.close();
    }
  });
}

async function measure(edge: EdgeProcess, folder: string, { steady, replay }: LinkSize): Promise<FiguresOf<"link">> {
  const ackedAtMs: number[] = [];
  const agentAt = (name: string): JournalAgent => {
    const own = join(folder, name);
    mkdirSync(own, { recursive: true });
    return new JournalAgent({
      edgeUrl: edge.url,
      token: SECRETS.token,
      folder: own,
      boot: name,
      watch: { up: (frame) => noteAck(ackedAtMs, frame) },
    });
  };
  let agent = agentAt("agent");
  agent.start();
  try {
    await until("the link", PATIENCE_MS, () => agent.connected);
    for (let job = 1; job <= SENDERS; job += 1) await post(edge.webhookUrl, SECRETS.webhookSecret, job);
    const workerd = workerdOf(edge.pid);
    const beforeMs = processorMs(workerd);
    const stored = await sendSteadily(edge, steady);
    await until("the last acknowledgement", PATIENCE_MS, () => stored.every(({ seq }) => ackedAtMs[seq] !== undefined));
    const cpuMs = (processorMs(workerd) - beforeMs) / steady;
    agent.stop();
    await sendAll(edge, replay);
    agent = agentAt("agent");
    const startedAt = performance.now();
    agent.start();
    await until("the replay", PATIENCE_MS, () => agent.fresh.length >= replay);
    return {
      deliveries: steady,
      aSecond: RATE_A_SECOND,
      storedMs: percentiles(stored.map(({ postedAtMs, answeredAtMs }) => answeredAtMs - postedAtMs)),
      journaledMs: percentiles(stored.map(({ postedAtMs, seq }) => (ackedAtMs[seq] ?? Number.NaN) - postedAtMs)),
      workerCpuMs: cpuMs,
      replay,
      replayMs: performance.now() - startedAt,
    };
  } finally {
    agent.stop();
  }
}

/** The acknowledgement tells that all up to it are on the agent's disk. */
function noteAck(ackedAtMs: number[], frame: string): void {
  const read = readUp(frame);
  if (read.kind !== "frame" || read.frame.type !== "ack") return;
  for (let seq = read.frame.upTo; seq > 0 && ackedAtMs[seq] === undefined; seq -= 1) ackedAtMs[seq] = performance.now();
}

interface Stored {
  readonly seq: number;
  readonly postedAtMs: number;
  readonly answeredAtMs: number;
}

/** By the clock, not one after another: a delivery that takes long holds up no other. */
async function sendSteadily(edge: EdgeProcess, count: number): Promise<readonly Stored[]> {
  const startedAt = performance.now();
  const sent: Promise<Stored>[] = [];
  for (let index = 0; index < count; index += 1) {
    await sleep(Math.max(0, startedAt + (index * 1000) / RATE_A_SECOND - performance.now()));
    sent.push(sendOne(edge, 1000 + index));
  }
  return Promise.all(sent);
}

async function sendOne(edge: EdgeProcess, job: number): Promise<Stored> {
  const postedAtMs = performance.now();
  const { seq, status } = await post(edge.webhookUrl, SECRETS.webhookSecret, job);
  if (seq === null) throw new Error(`the edge answered ${status} to a delivery`);
  return { seq, postedAtMs, answeredAtMs: performance.now() };
}

async function sendAll(edge: EdgeProcess, count: number): Promise<void> {
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < count) await sendOne(edge, 100_000 + (next += 1));
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

/** https://man7.org/linux/man-pages/man5/proc_pid_children.5.html */
function workerdOf(parent: number | null): number {
  const children = readdirSync(`/proc/${parent}/task`).flatMap((task) =>
    readFileSync(`/proc/${parent}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  const found = children.find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("workerd"));
  if (found === undefined) throw new Error("the edge has no workerd");
  return found;
}

function percentiles(values: readonly number[]): { readonly p50: number; readonly p99: number } {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

function measured(figures: FiguresOf<"link">): Measured<"link"> {
  const { deliveries, aSecond, storedMs, journaledMs, workerCpuMs, replay, replayMs } = figures;
  const ok = storedMs.p50 < LIMIT.storedP50Ms && storedMs.p99 < LIMIT.storedP99Ms && replayMs < LIMIT.replayMs;
  const text = `${deliveries} signed deliveries, ${aSecond} a second
stored and answered              ${storedMs.p50.toFixed(1)} ms, ${storedMs.p99.toFixed(1)} ms at the 99th percentile
in the agent's journal           ${journaledMs.p50.toFixed(1)} ms, ${journaledMs.p99.toFixed(1)} ms at the 99th percentile
processor time of workerd        ${workerCpuMs.toFixed(2)} ms a delivery
replay of ${String(replay).padEnd(22)} ${replayMs.toFixed(0)} ms until the journal has them
${ok ? "ok" : "OVER"}
`;
  return { figures, text, ok };
}
