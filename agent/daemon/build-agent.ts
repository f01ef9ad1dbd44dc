import { randomUUID } from "node:crypto";
import { hostname } from "node:os";

import type { LoadedFleet } from "../../shared/fleet/load-fleet.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { HOST_ARCHITECTURE } from "../settings/configured-pools.ts";
import { requireEdge } from "../settings/require-settings.ts";
import { keptFolderId } from "../settings/kept-names.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { webUrlOf } from "../github/model/web-url.ts";
import type { GitHubHook } from "../github/model/delivery-log.ts";
import { deliversTo, tellsOfJobs } from "../github/model/delivers-to.ts";
import { githubOf } from "../github/open-github.ts";
import { diskOf } from "../journal/disk-of.ts";
import { openJournal } from "../journal/open-journal.ts";
import type { SweepRecord } from "../journal/sweep-records.ts";
import type { Dial } from "../link/dial.ts";
import { websocketDial } from "../link/websocket-dial.ts";
import type { SlotProvider } from "../slots/slot-provider.ts";
import { Agent } from "./agent.ts";
import type { AgentOptions } from "./agent-options.ts";
import { credentialOf } from "./credential-of.ts";
import { FleetFile } from "./fleet-file.ts";

export interface BuildOptions {
  readonly settings: AgentSettings;
  readonly fleet: Fleet;
  /** Reads the pools file anew; without it an edit is taken up by the next start. @throws {ConfigError} */
  readonly readFleet?: () => LoadedFleet;
  /** The secrets of `settings` as they become while the daemon runs; without it a restart takes up another one. */
  readonly secrets?: LiveSecrets;
  readonly provider: SlotProvider;
  readonly log: Logger;
  /** Whether to hold a link to the edge, where settings name one; true unless said otherwise. */
  readonly link?: boolean;
  /** Tends this pool alone; every pool where it is absent. */
  readonly onlyPool?: string | null;
  /** What the edge said last of the signals that it gave up on; not known unless it is given. */
  readonly deadLetters?: AgentOptions["deadLetters"];
  /** The way to a mailbox in this process, in place of the edge at `HOOKLINE_EDGE_URL`. */
  readonly dial?: Dial;
}

const LOST =
  "The edge and the sweeps tell open jobs again. What cannot be told again: which pools were drained, and the history of jobs. Look at the disk, then delete the file.";

/** A built agent, and how to let go of its files once it has stopped. */
export interface BuiltAgent {
  readonly agent: Agent;
  /** The journal, for what is kept beside the agent. */
  readonly journalSql: SqlDatabase;
  /** What the last sweep cost and found wanting; null before one. */
  readonly lastSweep: () => SweepRecord | null;
  /** The pools file while the daemon runs; null where it is read at the start alone. */
  readonly fleetFile: FleetFile | null;
  /** Those that were handed in. */
  readonly secrets: LiveSecrets | null;
  readonly close: () => void;
}

/**
 * Puts the daemon together from settings, on the real clock, disk and network. Without `HOOKLINE_EDGE_URL` it lives
 * by sweeps alone.
 * @throws {ConfigError} if a setting that it needs is missing.
 * @throws {Error} if the journal cannot be opened.
 */
export function buildAgent(options: BuildOptions): BuiltAgent {
  const { settings, fleet, secrets, provider, log, dial, link = true, onlyPool = null } = options;
  const { edgeUrl } = settings;
  const github = githubOf(settings, log, { secrets });
  const way = dial ?? (edgeUrl === null || !link ? null : dialOf(settings, secrets));
  const journal = openJournal(settings.dataFolder);
  for (const file of journal.movedAside) log.error("damaged file moved aside and begun anew", { file, remedy: LOST });
  let fleetFile: FleetFile | null = null;
  const agent: Agent = new Agent({
    instance: settings.instance,
    folderId: keptFolderId(settings.dataFolder),
    onlyPool,
    boot: randomUUID(),
    host: hostname(),
    fleet,
    architecture: HOST_ARCHITECTURE,
    github,
    webUrl: webUrlOf(settings.githubApiUrl).origin,
    provider,
    dial: way,
    journalSql: journal.signals,
    slotsSql: journal.slots,
    deliveries: way === null && edgeUrl === null ? null : { log: github, isOurs: (hook) => isOurs(hook, edgeUrl) },
    spent: () => github.stats(),
    credential: () => credentialOf(github, systemClock.now()),
    deadLetters: options.deadLetters ?? (() => null),
    disk: () => diskOf(settings.dataFolder),
    sweepIntervalMs: settings.sweepIntervalMs,
    onSwept: () => fleetFile?.lookAgain(),
    clock: systemClock,
    random: Math.random,
    log,
  });
  fleetFile = fileOf(options, agent);
  return {
    agent,
    journalSql: journal.signals,
    lastSweep: () => agent.status.document(null).sweeps.last,
    fleetFile,
    secrets: secrets ?? null,
    close: journal.close,
  };
}

function fileOf({ settings, fleet, readFleet, log }: BuildOptions, agent: Agent): FleetFile | null {
  if (readFleet === undefined) return null;
  const take = (changed: Fleet): void => agent.takeFleet(changed);
  return new FleetFile({ path: settings.configFile, read: readFleet, fleet, take, clock: systemClock, log });
}

/** A receiver of our own that was not told its address from outside may be behind any hook that tells of jobs. */
function isOurs(hook: GitHubHook, edgeUrl: string | null): boolean {
  return edgeUrl === null ? tellsOfJobs(hook) : deliversTo(hook, edgeUrl);
}

function dialOf(settings: AgentSettings, secrets: LiveSecrets | undefined): Dial {
  const { url, token } = requireEdge(settings);
  return websocketDial(url, secrets?.get("HOOKLINE_TOKEN") ?? token.reveal());
}
