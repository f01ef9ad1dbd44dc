import { relative } from "node:path";

import { ConfigError } from "../../../shared/fleet/config-error.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { matchesPattern } from "../../../shared/fleet/repository-patterns.ts";
import { readPoolsFile } from "../../settings/pools-file.ts";
import { SETTINGS } from "../../settings/settings-table.ts";
import { edgeUrlOf, type InitContext, type Step } from "../world/context.ts";
import { environmentText } from "../world/environment-text.ts";
import { PRIVATE_FILE, SHARED_FILE, SHARED_FOLDER } from "../world/files.ts";
import { placeFile, type Placed } from "../world/place-file.ts";
import { poolsText } from "../world/pools-text.ts";
import type { InitTarget } from "../world/state.ts";

/** Writes the .env and a first pools file. */
export const configStep: Step = {
  id: "config",
  plan: ({ layout }) => [`write ${layout.environment}`, `write ${layout.pools}, unless one is there that serves them`],
  async run(context) {
    const environment = await place(context.layout.environment, textOfEnvironment(context), PRIVATE_FILE, context);
    const pools = await placePools(context);
    return `${context.layout.environment} ${environment}, ${context.layout.pools} ${pools}`;
  },
};

function textOfEnvironment({ progress, layout, githubApiUrl, world, cwd }: InitContext): string {
  return environmentText({
    edgeUrl: edgeUrlOf(progress),
    appId: progress.made.app?.id ?? null,
    githubApiUrl: githubApiUrl === SETTINGS.GITHUB_API_URL.fallback ? null : githubApiUrl,
    user: world.user,
    layout,
    cwd,
  });
}

async function placePools(context: InitContext): Promise<Placed> {
  const { layout, progress } = context;
  const unserved = unservedBy(context);
  if (unserved.length === 0) return "unchanged";
  const placed = await place(layout.pools, poolsText(progress.choices), SHARED_FILE, context);
  if (placed === "kept")
    context.tell(`  ${layout.pools} does not serve ${unserved.join(", ")}: ${mendFor(progress.choices.target)}`);
  return placed;
}

async function place(path: string, text: string, mode: number, context: InitContext): Promise<Placed> {
  const { progress, options, world } = context;
  const wanted = { path, text, mode, folderMode: SHARED_FOLDER };
  const placed = await placeFile(wanted, { files: world.files, progress, force: options.force, ask: world.ask });
  if (placed === "kept") context.tell(`  ${path} was there and stays as it is`);
  return placed;
}

/** What was chosen and the pools file, if it can be read, does not serve. A copy of the example serves nobody. */
function unservedBy({ layout, progress, env, cwd }: InitContext): readonly string[] {
  const { target } = progress.choices;
  const pools = poolsIn(relative(cwd, layout.pools) || layout.pools, env, cwd);
  if (target.kind === "repositories")
    return target.repositories.filter((name) => !pools.some((pool) => serves(pool, name)));
  const served = pools.flatMap(({ scope }) => (scope.kind === "organization" ? [scope.organization] : []));
  return holds(served, target.organization) ? [] : [target.organization];
}

function poolsIn(file: string, env: InitContext["env"], cwd: string): readonly Pool[] {
  try {
    return readPoolsFile({ file, cwd, env }).fleet.pools;
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

function serves(pool: Pool, name: string): boolean {
  return holds(pool.repositories ?? [], name) || matchesPattern(pool, name);
}

function holds(names: readonly string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase());
}

function mendFor({ kind }: InitTarget): string {
  return kind === "repositories"
    ? "write it under repositories of a pool, or say --force for a new file"
    : "edit it, or say --force";
}
