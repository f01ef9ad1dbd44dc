import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import * as z from "zod";

import { imageMemory } from "./agent.ts";
import { ChainBursts } from "./chain-bursts.ts";
import { Inspector, type CallFrame, type CpuProfile } from "./inspector.ts";

const USAGE = `usage: pnpm profile [--bursts N] [--jobs N] [--folder FOLDER]

Runs bursts of jobs through edge, agent and Docker Engine, and prints where the agent's processor time goes, by file and by
function, and what its heap holds afterwards, by kind. agent.cpuprofile in FOLDER is a flame graph in Chrome's developer tools
and in speedscope, agent.heapsnapshot opens in the former. Needs a Docker Engine.
`;

const LINES = 25;
/** Of a sample of which no code of ours is the cause. */
const WAITING: ReadonlySet<string> = new Set(["(idle)", "(program)"]);

const optionsSchema = z.object({
  bursts: z.coerce.number().int().min(1).max(50),
  jobs: z.coerce.number().int().min(1).max(50),
  folder: z.string(),
});

/** https://github.com/v8/v8/blob/main/src/profiler/heap-snapshot-generator.cc: rows of a table, whose columns it names. */
const snapshotSchema = z.object({
  snapshot: z.object({
    meta: z.object({ node_fields: z.array(z.string()), node_types: z.array(z.unknown()) }),
  }),
  nodes: z.array(z.number()),
});

type Amounts = ReadonlyMap<string, number>;

/** Milliseconds that the samples were in something, by a name for it. */
function selfTime({ nodes, samples, timeDeltas }: CpuProfile, nameOf: (frame: CallFrame) => string): Amounts {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const times = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    if (frame === undefined || WAITING.has(frame.functionName)) continue;
    add(times, nameOf(frame), (timeDeltas[index] ?? 0) / 1000);
  }
  return times;
}

function add(amounts: Map<string, number>, name: string, amount: number): void {
  amounts.set(name, (amounts.get(name) ?? 0) + amount);
}

function fileOf({ url, functionName }: CallFrame): string {
  if (url === "") return functionName;
  const packageName = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return packageName ?? withoutFolder(url).replace(/^node:internal\/.*$/, "node:internal");
}

function functionOf({ url, functionName, lineNumber }: CallFrame): string {
  return `${functionName || "(anonymous)"} ${withoutFolder(url)}:${lineNumber + 1}`;
}

function withoutFolder(url: string): string {
  return url.replace(/^.*\/node_modules\//, "").replace(/^.*\/(?=(?:agent|shared)\/)/, "");
}

/** Bytes of the heap by what holds them. */
function bytesByKind(text: string): Amounts {
  const { snapshot, nodes } = snapshotSchema.parse(JSON.parse(text));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const names = z.array(z.string()).parse(types[0]);
  const [type, size] = [fields.indexOf("type"), fields.indexOf("self_size")];
  const bytes = new Map<string, number>();
  for (let row = 0; row < nodes.length; row += fields.length) {
    add(bytes, names[nodes[row + type] ?? -1] ?? "unknown", nodes[row + size] ?? 0);
  }
  return bytes;
}

/** The largest first, each with its share. */
function table(title: string, amounts: Amounts, unit: number): string {
  const total = [...amounts.values()].reduce((sum, each) => sum + each, 0);
  const rows = [...amounts].toSorted(([, one], [, other]) => other - one).slice(0, LINES);
  const lines = rows.map(
    ([name, amount]) =>
      `${(amount / unit).toFixed(2).padStart(9)}  ${((100 * amount) / total).toFixed(1).padStart(5)} %  ${name}`,
  );
  return `\n${title}, ${(total / unit).toFixed(1)} in all\n${lines.join("\n")}\n`;
}

async function profile({ bursts, jobs, folder }: z.output<typeof optionsSchema>): Promise<void> {
  const env = { ...imageMemory(), LOG_LEVEL: "info" };
  const world = await ChainBursts.start({
    program: join(import.meta.dirname, "../../agent/main.ts"),
    maxSlots: jobs,
    env: { ...env, NODE_OPTIONS: `${imageMemory()["NODE_OPTIONS"]} --inspect=127.0.0.1:0` },
    slow: null,
  });
  try {
    const line = await world.agent.waitForLine(/Debugger listening on (ws:\S+)/);
    const inspector = await Inspector.connect(/ws:\S+/.exec(line)?.[0] ?? "");
    await world.hookline(jobs);
    await inspector.startProfile();
    const beforeMs = world.agentCpuMs();
    for (let burst = 0; burst < bursts; burst += 1) await world.hookline(jobs);
    const spentMs = world.agentCpuMs() - beforeMs;
    const { profile: samples, text } = await inspector.stopProfile();
    const count = bursts * jobs;
    process.stdout.write(
      `${bursts} bursts of ${jobs} jobs: ${(spentMs / count).toFixed(1)} ms of processor time a job\n`,
    );
    process.stdout.write(table("Samples by file, ms a job", selfTime(samples, fileOf), count));
    process.stdout.write(table("Samples by function, ms a job", selfTime(samples, functionOf), count));
    const heap = await inspector.heapSnapshot();
    process.stdout.write(table("Heap by kind, KiB", bytesByKind(heap), 1024));
    inspector.close();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "agent.cpuprofile"), text);
    writeFileSync(join(folder, "agent.heapsnapshot"), heap);
  } finally {
    await world.close();
  }
}

async function main(): Promise<number> {
  const options = {
    bursts: { type: "string", default: "10" },
    jobs: { type: "string", default: "20" },
    folder: { type: "string", default: "test-results/profile" },
  } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true, strict: false });
  const read = optionsSchema.safeParse(values);
  if (!read.success || positionals.length > 0 || Object.keys(values).some((name) => !(name in options))) {
    process.stderr.write(USAGE);
    return 2;
  }
  await profile({ ...read.data, folder: resolve(read.data.folder) });
  return 0;
}

process.exitCode = await main();
