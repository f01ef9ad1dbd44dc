import { relative } from "node:path";

import { ConfigError } from "../../../shared/fleet/config-error.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
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
  if (progress.made.files[layout.pools] === undefined && servesAlready(context)) return "unchanged";
  const placed = await place(layout.pools, poolsText(progress.choices), SHARED_FILE, context);
  if (placed === "kept") context.tell(`  ${layout.pools} does not serve what was chosen: edit it, or say --force`);
  return placed;
}

async function place(path: string, text: string, mode: number, context: InitContext): Promise<Placed> {
  const { progress, options, world } = context;
  const wanted = { path, text, mode, folderMode: SHARED_FOLDER };
  const placed = await placeFile(wanted, { files: world.files, progress, force: options.force, ask: world.ask });
  if (placed === "kept") context.tell(`  ${path} was there and stays as it is`);
  return placed;
}

/** A copy of the example serves nobody. */
function servesAlready({ layout, progress, env, cwd }: InitContext): boolean {
  try {
    const { fleet } = readPoolsFile({ file: relative(cwd, layout.pools) || layout.pools, cwd, env });
    return fleet.pools.some((pool) => serves(pool, progress.choices.target));
  } catch (error) {
    if (error instanceof ConfigError) return false;
    throw error;
  }
}

function serves({ scope }: Pool, target: InitTarget): boolean {
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  if (scope.kind === "organization")
    return target.kind === "organization" && same(scope.organization, target.organization);
  return (
    target.kind === "repositories" &&
    target.repositories.every((name) => scope.repositories.some((own) => same(own, name)))
  );
}
