import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";

import * as z from "zod";

import { DockerClient } from "../../agent/docker/docker-client.ts";
import type { Machine } from "../../config/build/figures.ts";
import { engineHost } from "../stand-ins/docker/raw-call.ts";

/** The machine that figures are taken on: a figure without it says little. */
export function machine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown processor",
    cores: availableParallelism(),
    memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)),
    arch: process.arch,
  };
}

/** The same in one line. */
export function describeMachine(): string {
  const { processor, cores, memoryGiB, arch } = machine();
  return `${processor}, ${cores} cores, ${memoryGiB} GiB, Node ${process.versions.node}, ${arch}`;
}

const packageSchema = z.object({ version: z.string() });

function versionOf(name: string): string {
  const file = join(import.meta.dirname, "../../node_modules", name, "package.json");
  return packageSchema.parse(JSON.parse(readFileSync(file, "utf8"))).version;
}

/** What ran, by name: Node always, wrangler's workerd or the Docker Engine where a bench uses them. */
export async function versions(uses: readonly ("wrangler" | "docker")[]): Promise<Readonly<Record<string, string>>> {
  return {
    Node: process.versions.node,
    ...(uses.includes("wrangler") ? { wrangler: versionOf("wrangler") } : {}),
    ...(uses.includes("docker") ? { "Docker Engine": await engineVersion() } : {}),
  };
}

async function engineVersion(): Promise<string> {
  const client = new DockerClient(engineHost);
  try {
    const { engine } = await client.system.version(new AbortController().signal);
    // Without the mark of whoever packaged it.
    return engine.split("+")[0] ?? engine;
  } finally {
    client.close();
  }
}
