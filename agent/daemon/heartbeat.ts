import { messageOf } from "../../shared/errors/message-of.ts";
import { createHash, randomUUID } from "node:crypto";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import * as z from "zod/mini";

import type { Clock } from "../../shared/clock/clock.ts";
import type { AgentReport } from "../../shared/link/report.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { sleep } from "../clock/sleep.ts";
import { readTextFile } from "../settings/text-file.ts";

export const BEAT_MS = 10_000;
/** Four beats that did not come: a busy NAS may miss one. */
export const SILENT_MS = 45_000;

const heartbeatSchema = z.object({
  /** Milliseconds since the epoch. */
  atMs: z.number(),
  slots: z.number(),
  busy: z.number(),
  demand: z.number(),
});

export type Heartbeat = z.infer<typeof heartbeatSchema>;

/**
 * Where the daemon that owns this data folder leaves its sign of life. It lies in the system's folder for temporary
 * files, in memory in a container, because a beat in the data folder would never let the disks of a NAS sleep.
 */
export function heartbeatFile(dataFolder: string): string {
  const name = createHash("sha256").update(dataFolder).digest("hex").slice(0, 16);
  return join(tmpdir(), `hookline-${name}.alive`);
}

export interface BeatOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Asked at each beat: a daemon that cannot say what it holds is not alive. */
  readonly state: () => AgentReport;
}

/** Leaves a sign of life at once and every ten seconds until `signal` is aborted, then takes it away. Never rejects. */
export async function keepBeating(options: BeatOptions, signal: AbortSignal): Promise<void> {
  let failed = false;
  do {
    const failure = beat(options);
    if (failure !== null && !failed) options.log.warn("no sign of life for healthcheck", { reason: failure });
    failed = failure !== null;
  } while (await sleep(options.clock, BEAT_MS, signal));
  rmSync(options.file, { force: true });
}

/** Null, or why it failed. A half-written file is never seen. */
function beat({ file, clock, state }: BeatOptions): string | null {
  const draft = `${file}.${randomUUID()}`;
  try {
    const { slots, busy, demand } = state();
    const content: Heartbeat = { atMs: clock.now(), slots, busy, demand };
    writeFileSync(draft, JSON.stringify(content), { flag: "wx", mode: 0o600 });
    renameSync(draft, file);
    return null;
  } catch (error) {
    rmSync(draft, { force: true });
    return messageOf(error);
  }
}

/** The last sign of life in `file`; null where there is none that can be read. */
export function readHeartbeat(file: string): Heartbeat | null {
  const read = readTextFile(file);
  if ("failed" in read) return null;
  try {
    return heartbeatSchema.parse(JSON.parse(read.text));
  } catch {
    return null;
  }
}
