import * as z from "zod";

import { nearestRemedy } from "../../shared/fleet/nearest.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { bytesText } from "../../shared/text/bytes-text.ts";
import { failWith, UsageError } from "../cli/failure.ts";
import { EXIT, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { parseDockerHost } from "../docker/docker-host.ts";
import { ageText } from "../../shared/text/age-text.ts";
import { lastUses } from "../journal/last-uses.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { readSettings } from "../settings/settings.ts";
import { ownCaches, pruneCache, usersOf, type CacheVolume, type Pruned } from "../slots/docker/cache-volumes.ts";

const HELP = `Usage: hookline caches [--json]
       hookline caches prune [--pool KEY] [NAME...] [--json]

The volumes that caches of this agent's pools have on the engine: how big they are, when a slot of the pool was last
there, and who has them now. The engine adds up their files, which takes minutes on slow disks.

prune removes volumes with all that is in them; the next job of the pool begins with an empty cache. One that a
container has stays, and is named with it. Without NAME all caches of the pool go, without --pool those of all pools,
those included that the pools file no longer has.

  --pool KEY  only caches of this pool
  NAME        name of a cache, or of its volume
  --json      print {"ok", "caches": [{"pool", "name", "volume", "sizeBytes", "lastUsedAtMs", "usedBy", "configured"}]},
              or for prune {"ok", "removed": [...], "kept": [{"volume", "usedBy"}],
              "failed": [{"volume", "message"}], "freedBytes"}
  --help      print this

Exit code: 0 printed or pruned; 1 Docker cannot be asked or fails to remove one, or a NAME is in use; 2 wrong usage or
configuration.
`;

const listSchema = z.object({ json: flag });
const pruneSchema = z.object({ json: flag, pool: z.string().optional(), NAMES: z.array(z.string()) });

/** `hookline caches [prune]`; `stop` ends the waiting for the engine. Gives the exit code. */
export async function runCaches(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    if (args[0] === "prune") return await prune(args.slice(1), io, stop);
    const command = "hookline caches";
    const { json } = readArguments(args, { command, options: {}, words: [], schema: listSchema });
    return await list(json, io, stop);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function list(json: boolean, io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const world = await look(io, stop);
  const used = lastUses(world.dataFolder);
  const caches = await Promise.all(
    world.caches.map(async ({ isConfigured, ...cache }) => ({
      ...cache,
      lastUsedAtMs: used.get(cache.pool) ?? null,
      usedBy: await usersOf(world.client, cache.volume, stop),
      configured: isConfigured,
    })),
  );
  world.client.close();
  if (json) printJson(io, { ok: true, caches });
  else if (caches.length === 0) io.stdout("No caches.\n");
  else {
    const columns = [
      ["pool", 16],
      ["cache", 16],
      ["size", 10],
      ["last used", 10],
      ["in use by", 60],
      ["", 30],
    ] as const;
    const rows = caches.map(({ pool, name, sizeBytes, lastUsedAtMs, usedBy, configured }) => [
      pool,
      name,
      sizeBytes === null ? "?" : bytesText(sizeBytes),
      lastUsedAtMs === null ? "-" : `${ageText(Date.now() - lastUsedAtMs)} ago`,
      usedBy.join(", ") || "-",
      configured ? "" : "not in the pools file",
    ]);
    io.stdout(textTable(columns, rows));
  }
  return EXIT.fine;
}

async function prune(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  const {
    json,
    pool,
    NAMES: names,
  } = readArguments(args, {
    command: "hookline caches prune",
    options: { pool: { type: "string" } },
    words: [],
    rest: "NAMES",
    schema: pruneSchema,
  });
  const { client, caches } = await look(io, stop);
  const chosen = choose(caches, pool ?? null, names);
  const outcomes: (CacheVolume & { readonly outcome: Pruned })[] = [];
  for (const cache of chosen) outcomes.push({ ...cache, outcome: await pruneCache(client, cache, stop) });
  client.close();
  const removed = outcomes.filter(({ outcome }) => outcome.kind === "removed");
  const kept = outcomes.flatMap(({ volume, outcome }) =>
    outcome.kind === "in-use" ? [{ volume, usedBy: outcome.usedBy }] : [],
  );
  const failed = outcomes.flatMap(({ volume, outcome }) =>
    outcome.kind === "failed" ? [{ volume, message: outcome.message }] : [],
  );
  const isFine = failed.length === 0 && (kept.length === 0 || names.length === 0);
  const freedBytes = removed.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0);
  if (json) printJson(io, { ok: isFine, removed: removed.map(({ volume }) => volume), kept, failed, freedBytes });
  else {
    for (const { pool: of, name, sizeBytes } of removed)
      io.stdout(`removed ${name} of ${of}: ${sizeBytes === null ? "size not known" : bytesText(sizeBytes)}\n`);
    for (const { volume, usedBy } of kept)
      io.stdout(`kept ${volume}: in use by ${usedBy.join(", ") || "a container"}\n`);
    for (const { volume, message } of failed) io.stdout(`not removed ${volume}: ${message}\n`);
    if (outcomes.length === 0) io.stdout("No caches.\n");
  }
  return isFine ? EXIT.fine : EXIT.failed;
}

/** @throws {UsageError} naming the nearest cache where one is not there. */
function choose(caches: readonly CacheVolume[], pool: string | null, names: readonly string[]): readonly CacheVolume[] {
  const remedy = "hookline caches lists those that there are.";
  const known = [...new Set(caches.map((cache) => cache.pool))];
  if (pool !== null && caches.length > 0 && !known.includes(pool))
    throw new UsageError(`No pool ${pool} has caches.`, nearestRemedy(pool, known, remedy));
  const ofPool = caches.filter((cache) => pool === null || cache.pool === pool);
  const called = ofPool.map(({ name }) => name);
  for (const word of names) {
    if (ofPool.some(({ name, volume }) => word === name || word === volume)) continue;
    throw new UsageError(`There is no cache ${word}.`, nearestRemedy(word, called, remedy));
  }
  return names.length === 0
    ? ofPool
    : ofPool.filter(({ name, volume }) => names.includes(name) || names.includes(volume));
}

async function look(io: CommandIo, stop: AbortSignal) {
  const { dockerHost, instance, dataFolder, configFile } = readSettings(io);
  const { fleet } = readPoolsFile({ file: configFile, cwd: io.cwd, env: io.env });
  const client = new DockerClient(parseDockerHost(dockerHost));
  const { volumes } = await client.volumes.usage(stop);
  return { client, dataFolder, caches: ownCaches(volumes, instance, fleet.pools) };
}
