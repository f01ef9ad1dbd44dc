import { join } from "node:path";

import type { CommandIo } from "../cli/io.ts";
import { SETTINGS } from "../settings/settings-table.ts";
import { Api } from "../github/http/api.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { choose } from "./choose.ts";
import type { InitContext } from "./world/context.ts";
import { InitError } from "./world/init-error.ts";
import { layoutIn, statePath } from "./world/layout.ts";
import type { InitOptions } from "./world/options.ts";
import { InitProgress, type Choices } from "./world/state.ts";
import { Wrangler } from "./world/wrangler.ts";
import type { InitWorld } from "./world/world.ts";

/** Good calls take about a second. */
const GITHUB_DEADLINE_MS = 15_000;

export interface Prepared {
  readonly options: InitOptions;
  readonly io: CommandIo;
  readonly world: InitWorld;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

/** Learns what is to be done, from the options, from what has begun here, or by asking. @throws {InitError} */
export async function prepare(prepared: Prepared): Promise<InitContext> {
  const { options, io, world } = prepared;
  const path = statePath(io.cwd);
  const begun = InitProgress.open(world.files, path);
  const choices = await choose(options, begun?.choices ?? null, io.cwd, world.ask);
  return contextOf(prepared, begun?.choosing(choices) ?? InitProgress.begin(world.files, path, choices));
}

/** What init has made here, to take it back; null when it made nothing. @throws {InitError} */
export function prepareRemoval(prepared: Prepared): InitContext | null {
  const begun = InitProgress.open(prepared.world.files, statePath(prepared.io.cwd));
  return begun === null ? null : contextOf(prepared, begun);
}

function contextOf({ options, io, world, signal, tell }: Prepared, progress: InitProgress): InitContext {
  const { choices } = progress;
  const githubApiUrl = githubApiUrlOf(io);
  const { fetch, clock, random } = world;
  return {
    options,
    world,
    progress,
    layout: layoutIn(io.cwd, choices.folder),
    wrangler: wranglerOf(choices, { options, io, world, signal, tell }),
    api: new Api({ apiUrl: githubApiUrl, fetch, clock, random, log: silentLogger, deadlineMs: GITHUB_DEADLINE_MS }),
    githubApiUrl,
    env: io.env,
    cwd: io.cwd,
    signal,
    tell,
  };
}

function wranglerOf({ name, environment }: Choices, { options, io, world, signal }: Prepared): Wrangler {
  const program = options.wrangler ?? join(io.cwd, "node_modules", ".bin", "wrangler");
  return new Wrangler({ world, program, cwd: io.cwd, env: io.env, environment, name, signal });
}

function githubApiUrlOf({ env }: CommandIo): string {
  const { schema, fallback } = SETTINGS.GITHUB_API_URL;
  const given = env["GITHUB_API_URL"] ?? "";
  const parsed = schema.safeParse(given === "" ? fallback : given);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ message }) => message).join("; ");
  throw new InitError("config-invalid", `GITHUB_API_URL ${problems}.`, "Correct it, or unset it for github.com.");
}
