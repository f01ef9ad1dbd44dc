import * as z from "zod";

import { GitHubClient } from "../../agent/github/github-client.ts";
import { systemClock } from "../../agent/clock/system-clock.ts";
import { runSweep } from "../../agent/sweeps/sweep.ts";
import type { FiguresOf } from "../../config/build/figures.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { poolOf } from "../shared/controller/world.ts";
import type { LoopbackGitHub } from "../stand-ins/github/loopback-github.ts";
import { startGitHub } from "../stand-ins/github/start-github.ts";
import type { Measured } from "./measured.ts";
import { median } from "./quartiles.ts";

type Size = FiguresOf<"sweep">["sizes"][number];

const FULL = [1, 20, 500];
/** For `pnpm test`. */
export const SMALLEST = [1, 20];
const SWEEPS = 5;
/** Of so many repositories one has a queued job. */
const BUSY = 10;
/** What asks for all active runs, in the order of a naive sweep. */
const ACTIVE = ["queued", "in_progress"];

/** What a sweep asks of GitHub, idle and busy, beside a naive one that asks for everything anew. */
export async function benchSweep(sizes: readonly number[] = FULL): Promise<Measured<"sweep">> {
  const measured: Size[] = [];
  for (const repositories of sizes) measured.push(await measure(repositories));
  const lines = measured.map(
    (size) =>
      `${String(size.repositories).padEnd(4)} repositories  idle ${size.idleCalls} calls, ${size.idleCounted} of them counted, ${size.idleMs.toFixed(1)} ms (naive ${size.naiveIdleCalls}); busy ${size.busyCalls}, ${size.busyCounted} counted (naive ${size.naiveBusyCalls})\n`,
  );
  return {
    figures: { sizes: measured },
    text: lines.join(""),
    ok: measured.every(({ idleCounted }) => idleCounted === 0),
  };
}

async function measure(repositories: number): Promise<Size> {
  const github = await startGitHub();
  try {
    github.addOrganization("acme");
    const names = Array.from({ length: repositories }, (_, n) => `acme/r${n}`);
    for (const name of names) github.addRepository(name);
    const token = github.addToken();
    const sweep = sweepsOf(github, token);
    await sweep();
    const idle = [];
    for (let n = 0; n < SWEEPS; n += 1) idle.push(await counted(github, sweep));
    const naiveIdle = await counted(github, () => naiveSweep(github, token, names));
    for (let n = 0; n < repositories; n += BUSY) github.queueJob({ repository: `acme/r${n}`, labels: ["nas"] });
    const busy = await counted(github, sweep);
    const naiveBusy = await counted(github, () => naiveSweep(github, token, names));
    const [last] = idle.slice(-1);
    return {
      repositories,
      idleCalls: last?.calls ?? 0,
      idleCounted: Math.max(...idle.map((each) => each.counted)),
      busyCalls: busy.calls,
      busyCounted: busy.counted,
      naiveIdleCalls: naiveIdle.calls,
      naiveBusyCalls: naiveBusy.calls,
      idleMs: median(idle.map(({ ms }) => ms)),
    };
  } finally {
    await github.close();
  }
}

function sweepsOf({ apiUrl }: LoopbackGitHub, token: string): () => Promise<void> {
  const options = { apiUrl, credential: { kind: "token", token } as const, clock: systemClock, random: Math.random };
  const github = new GitHubClient({ ...options, log: silentLogger });
  const fleet = { version: 2 as const, pools: [poolOf()] };
  const { signal } = new AbortController();
  return async () => {
    const { failures } = await runSweep({ github, fleet, clock: systemClock, signal, log: silentLogger });
    if (failures.length > 0) throw new Error(`a sweep failed: ${JSON.stringify(failures)}`);
  };
}

async function counted(github: LoopbackGitHub, work: () => Promise<void>) {
  const before = github.calls().length;
  const beganMs = performance.now();
  await work();
  const calls = github.calls().slice(before);
  const ms = performance.now() - beganMs;
  return { calls: calls.length, counted: calls.filter((call) => call.counted).length, ms };
}

const runsSchema = z.object({ workflow_runs: z.array(z.object({ id: z.number() })) });

/** For each repository its active runs, and for each run its jobs; and the runners. */
async function naiveSweep({ apiUrl }: LoopbackGitHub, token: string, repositories: readonly string[]): Promise<void> {
  const ask = async (path: string): Promise<unknown> => {
    const headers = { authorization: `Bearer ${token}`, "user-agent": "naive" };
    const response = await fetch(`${apiUrl}${path}`, { headers });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
    return response.json();
  };
  await ask("/orgs/acme/actions/runners");
  for (const repository of repositories) {
    for (const status of ACTIVE) {
      const { workflow_runs: runs } = runsSchema.parse(await ask(`/repos/${repository}/actions/runs?status=${status}`));
      for (const { id } of runs) await ask(`/repos/${repository}/actions/runs/${id}/jobs`);
    }
  }
}
