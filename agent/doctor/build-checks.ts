import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { Fleet } from "../../shared/fleet/pool.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import type { Environment } from "../settings/environment.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { DockerClient } from "../docker/docker-client.ts";
import { DockerError } from "../docker/docker-error.ts";
import { describeHost, parseDockerHost } from "../docker/docker-host.ts";
import { githubOf } from "../github/open-github.ts";
import { GitHubError } from "../github/model/types.ts";
import { runnerScopes } from "../sweeps/sweep-targets.ts";
import { judgeJournal, judgeRunning, judgeSweep, type SignsOfLife } from "./agent/agent-checks.ts";
import { failureOf, Skipped, type Check, type CheckGroup, type Finding } from "./check/check.ts";
import { judgePause } from "./agent/pause-check.ts";
import { judgeClock, type ClockReading } from "./agent/clock-check.ts";
import { httpCheck, readFleet, settingsCheck } from "./agent/config-checks.ts";
import { isNothingSetUp, SETUP, setupCheck } from "./agent/setup-check.ts";
import type { HookEvidence } from "./github/delivery-evidence.ts";
import { engineChecks } from "./docker/engine-checks.ts";
import { onLocalEngine } from "../../shared/fleet/local-pools.ts";
import { dockerChecks, type DeepOptions } from "./docker/docker-checks.ts";
import { spared } from "./docker/start-evidence.ts";
import { DockerFacts } from "./docker/docker-facts.ts";
import { edgeChecks, orEdgeSkipped } from "./edge/edge-checks.ts";
import { EdgeFacts } from "./edge/edge-facts.ts";
import { githubChecks } from "./github/github-checks.ts";
import { GitHubFacts } from "./github/github-facts.ts";
import { hostChecks, reachHost, targetsOf, type HostTarget } from "./github/hosts.ts";
import { hostRoom } from "../slots/docker/host-room.ts";
import { DaemonFacts } from "./daemon/daemon-facts.ts";
import { daemonChecks } from "./daemon/daemon-checks.ts";
import type { SweepRecord } from "../journal/sweep-records.ts";
import { readJournalFacts, type JournalReading } from "../journal/journal-facts.ts";
import { hookLogs, outsideEvidence } from "./edge/outside-evidence.ts";
import { once, onceEach } from "./check/once-each.ts";
import { Readings } from "./check/readings.ts";
import { containersOf, judgeSlots, withoutJournal } from "./agent/slots-check.ts";
import { judgeAlone } from "./agent/alone-check.ts";
import { keptFolderId } from "../settings/kept-names.ts";

const CALLS_AT_ONCE = 12;
/** One call to GitHub; good ones take a second. */
const GITHUB_CALL_MS = 6000;

export interface DoctorOptions {
  readonly settings: AgentSettings;
  readonly env: Environment;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Also the checks that take some seconds. */
  readonly deep?: boolean;
}

/** All that a run of the doctor asks, and what it asks with. */
export interface Doctor {
  readonly checks: readonly Check[];
  readonly fleet: Fleet | null;
  readonly edge: EdgeFacts;
  /** Null where no credential is set, or none that can be one. */
  readonly github: GitHubFacts | null;
  readonly journal: JournalReading;
  readonly close: () => void;
}

/** What can only be known by trying, or why it cannot be tried. */
type Made<T> = { readonly made: T } | { readonly failure: unknown };

/** Puts the checks of a world together; nothing is asked yet. */
export function buildDoctor(options: DoctorOptions): Doctor {
  const { settings, env, cwd, clock } = options;
  const { fleet, check: fleetCheck } = readFleet(settings, cwd, env);
  const edge = new EdgeFacts(settings, clock);
  const journal = readJournalFacts(settings.dataFolder);
  const readings = {
    github: new Readings({ clock, most: CALLS_AT_ONCE, late: githubSilent }),
    docker: new Readings({ clock, most: CALLS_AT_ONCE, late: () => dockerSilent(settings.dockerHost) }),
  };
  const github = attempt(
    () => new GitHubFacts(githubOf(settings, silentLogger, { deadlineMs: GITHUB_CALL_MS }), readings.github, clock),
  );
  const dockerHost = parseDockerHost(settings.dockerHost);
  const docker = new DockerFacts(new DockerClient(dockerHost), readings.docker);
  const daemon = new DaemonFacts(settings.dataFolder);
  const lastSweep = once(async () => {
    const ofDaemon = (await daemon.statusOrNull())?.sweeps.last;
    return ofDaemon ?? (journal.kind === "read" ? journal.facts.lastSweep : null);
  });
  const targets = targetsOf(settings.githubApiUrl);
  const reach = onceEach((target: HostTarget) => reachHost(target, AbortSignal.timeout(GITHUB_CALL_MS)));
  const facts = "made" in github ? github.made : null;
  const local = fleet === null ? null : onLocalEngine(fleet);
  const world = { ...options, fleet, edge, journal, daemon, lastSweep, github, facts, docker, targets, reach };
  return {
    checks: [
      ...edgeGroup(world),
      ...githubGroup(world),
      ...(local?.pools.length === 0
        ? []
        : dockerChecks({
            ...options,
            ...settings,
            facts: docker,
            dockerHost,
            fleet: local,
            nowMs: clock.now(),
            ...(options.deep === true && local !== null ? { start: startOf(world, local) } : {}),
          })),
      ...engineChecks(fleet, clock.now()),
      fleetCheck,
      settingsCheck(env),
      httpCheck(settings),
      ...agentGroup(world),
      ...daemonGroup(world),
    ],
    fleet,
    edge,
    github: facts,
    journal,
    close: () => {
      edge.close();
      readings.github.close();
      readings.docker.close();
      docker.client.close();
      if (journal.kind === "read") journal.facts.close();
    },
  };
}

interface World extends DoctorOptions {
  readonly fleet: Fleet | null;
  readonly edge: EdgeFacts;
  readonly journal: JournalReading;
  readonly daemon: DaemonFacts;
  readonly lastSweep: () => Promise<SweepRecord | null>;
  readonly github: Made<GitHubFacts>;
  /** What was made of `github`; null where nothing was. */
  readonly facts: GitHubFacts | null;
  readonly docker: DockerFacts;
  /** GitHub's hosts, and what asking for one of them came to. */
  readonly targets: readonly HostTarget[];
  readonly reach: (target: HostTarget) => Promise<Finding>;
}

/** What the try of each pool's container needs to know of the rest of the world. */
function startOf({ settings, daemon, targets, reach }: World, fleet: Fleet): DeepOptions {
  const rule = { ...settings, room: hostRoom(settings.dataFolder) };
  return {
    reachable: once(async () => {
      const found = await Promise.all(targets.map(async (target) => ({ target, finding: await reach(target) })));
      return found.flatMap(({ target, finding }) => (finding.status === "pass" ? [target] : []));
    }),
    spared: async (pool) => spared(pool, fleet, rule, await daemon.statusOrNull()),
  };
}

function edgeGroup(world: World): readonly Check[] {
  const { settings, edge, facts, fleet } = world;
  const { edgeUrl, sweepIntervalMs, instance } = settings;
  const checks = edgeChecks({
    ask: () => edge.freshness(),
    outside: (freshness) => outsideEvidence(facts, fleet, edgeUrl ?? "", freshness, sweepIntervalMs),
    pollIntervalMs: sweepIntervalMs,
    instance,
  });
  if (!isNothingSetUp(settings)) return checks;
  return [setupCheck(), ...checks.map((check) => unlessNothingIsSetUp(world, check))];
}

/** What could not be asked for that reason alone is told once, by the check about it. */
function unlessNothingIsSetUp({ settings }: World, check: Check): Check {
  if (!isNothingSetUp(settings)) return check;
  return { ...check, run: () => Promise.reject(new Skipped("nothing is set up yet", SETUP)) };
}

function githubGroup(world: World): readonly Check[] {
  const { settings, github, fleet, journal, docker, clock, targets, reach } = world;
  if ("failure" in github) {
    return [
      ...hostChecks(targets, reach),
      unlessNothingIsSetUp(world, failed("github-token", "github", github.failure)),
    ];
  }
  const facts = github.made;
  const logs = once(async (): Promise<readonly HookEvidence[] | null> => {
    return fleet === null || settings.edgeUrl === null ? null : hookLogs(facts, fleet, settings.edgeUrl);
  });
  return [
    ...hostChecks(targets, reach),
    ...githubChecks({
      ...settings,
      facts,
      docker,
      journal: journal.kind === "read" ? journal.facts : null,
      lastSweep: world.lastSweep,
      fleet,
      api: () => reach(targets[0] as HostTarget),
      edge: () => orEdgeSkipped(world.edge.freshness()),
      logs,
      nowMs: clock.now(),
    }),
  ];
}

function agentGroup(world: World): readonly Check[] {
  const { settings, journal, docker, facts, fleet, clock } = world;
  const check = (id: string, run: Check["run"]): Check => ({ id, group: "agent", run });
  return [
    unlessNothingIsSetUp(
      world,
      check("agent-running", async () => judgeRunning(await signsOf(world))),
    ),
    check("agent-sweep", async () => judgeSweep(await signsOf(world))),
    check("agent-journal", () => judgeJournal(journal, settings)),
    check("agent-pause", () => judgePause(journal, clock.now())),
    check("agent-clock", async () => judgeClock(await clocksOf(world))),
    check("agent-alone", async (signal) => {
      if (journal.kind !== "read") return withoutJournal();
      const { instance, dataFolder } = settings;
      const options = { instance, folderId: keptFolderId(dataFolder), slots: journal.facts.slots };
      return judgeAlone(await containersOf(docker, { instance, signal }), options);
    }),
    check("agent-slots", (signal) => {
      if (fleet === null) throw new Skipped("no pools are known", "config-pools");
      if (journal.kind !== "read") return withoutJournal();
      const { slots } = journal.facts;
      return judgeSlots(docker, facts, { fleet, instance: settings.instance, slots, nowMs: clock.now(), signal });
    }),
  ];
}

function daemonGroup({ settings, cwd, journal, daemon, fleet, clock }: World): readonly Check[] {
  return daemonChecks({
    ...settings,
    cwd,
    daemon,
    fleet,
    journal: journal.kind === "read" ? journal.facts : null,
    room: { ...settings, room: hostRoom(settings.dataFolder) },
    nowMs: clock.now(),
  });
}

async function signsOf({ settings, edge, lastSweep, clock }: World): Promise<SignsOfLife> {
  return {
    ...settings,
    freshness: await edge.freshness().catch(() => null),
    hasEdge: settings.edgeUrl !== null,
    lastSweep: await lastSweep(),
    nowMs: clock.now(),
  };
}

async function clocksOf({ edge, facts, fleet }: World): Promise<readonly ClockReading[]> {
  const [scope] = fleet === null ? [] : runnerScopes(fleet);
  const [atEdge, atGitHub] = await Promise.all([
    edge.reading().catch(() => null),
    scope === undefined || facts === null ? null : facts.limits(scope).catch(() => null),
  ]);
  const readings: ClockReading[] = [];
  if (atGitHub !== null && atGitHub.githubNowMs !== null) {
    readings.push({ whose: "GitHub", theirsMs: atGitHub.githubNowMs, oursMs: atGitHub.readAtMs });
  }
  if (atEdge !== null) readings.push({ whose: "the edge", theirsMs: atEdge.freshness.now, oursMs: atEdge.readAtMs });
  return readings;
}

/** What cannot even be built, for lack of a setting, is one failed check. */
function failed(id: string, group: CheckGroup, failure: unknown): Check {
  return { id, group, run: (): Finding => failureOf(failure) };
}

function attempt<T>(make: () => T): Made<T> {
  try {
    return { made: make() };
  } catch (failure) {
    return { failure };
  }
}

function githubSilent(): GitHubError {
  const remedy = "check the connection to GitHub and https://www.githubstatus.com";
  return new GitHubError("timeout", "GitHub gave no answer in time.", remedy);
}

function dockerSilent(host: string): DockerError {
  const remedy = "look at the load of the Docker host; if Docker hangs, restart it: systemctl restart docker";
  return new DockerError("unreachable", `${describeHost(parseDockerHost(host))} gives no answer.`, remedy);
}
