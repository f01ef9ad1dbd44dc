import { AGENT_CONTAINER } from "../../cli/agent-container.ts";
import { LOCAL_ENGINE } from "../../../shared/fleet/engine.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import { INSTANCE_LABEL, readSlotLabels } from "../../slots/docker/container-labels.ts";
import { hasEnded } from "../../slots/docker/observed-container.ts";
import type { GitHubRunner, RunnerScope } from "../../github/model/types.ts";
import { scopeKey, toRunnerScope } from "../../slots/runner-scope.ts";
import type { SlotRecord } from "../../journal/slot-records.ts";
import { ownPrefix } from "../../slots/slot-name.ts";
import { runnerScopes } from "../../sweeps/sweep-targets.ts";
import { Skipped, type Finding } from "../check/check.ts";
import { orDockerSkipped, type DockerFacts } from "../docker/docker-facts.ts";
import { orGitHubSkipped, type GitHubFacts } from "../github/github-facts.ts";
import { countText } from "../../../shared/text/count-text.ts";

/** What is younger than that may just be on its way from one to the other. */
const SETTLED_MS = 2 * 60_000;
const MOST_NAMED = 3;

export interface SlotsOptions {
  readonly fleet: Fleet;
  readonly instance: string;
  readonly slots: readonly SlotRecord[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

interface Container {
  readonly name: string;
  readonly pool: string;
  readonly state: string;
  readonly createdAtMs: number | null;
  readonly folderId: string | null;
}

/** Whether the journal's slots, the local engine's containers and GitHub's runners are the same; slots elsewhere are left out. */
export async function judgeSlots(
  docker: DockerFacts,
  github: GitHubFacts | null,
  options: SlotsOptions,
): Promise<Finding> {
  const { fleet, instance, slots, nowMs } = options;
  const containers = await containersOf(docker, options);
  const held = slots.filter(({ removedAtMs }) => removedAtMs === null).map(({ scope }) => toRunnerScope(scope));
  const runners = github === null ? [] : await runnersOf(github, [...runnerScopes(fleet), ...held], instance);
  const settled = (atMs: number | null): boolean => atMs !== null && nowMs - atMs > SETTLED_MS;
  const known = new Map(slots.map((slot) => [slot.name, slot]));
  const here = new Set(containers.map(({ name }) => name));
  const strangers = containers.filter(({ name, createdAtMs }) => !known.has(name) && settled(createdAtMs));
  const isOver = (name: string): boolean => settled(known.get(name)?.removedAtMs ?? null);
  const stuck = containers.filter(({ name, state }) => state !== "running" && isOver(name));
  const isElsewhere = (name: string): boolean => (known.get(name)?.engine ?? LOCAL_ENGINE) !== LOCAL_ENGINE;
  const lost = slots.filter(
    ({ name, removedAtMs, plannedAtMs }) =>
      removedAtMs === null && settled(plannedAtMs) && !here.has(name) && !isElsewhere(name),
  );
  const ghosts = runners.filter(
    ({ name, status }) =>
      status === "online" && !here.has(name) && !isElsewhere(name) && settled(known.get(name)?.plannedAtMs ?? 0),
  );
  const problems = [
    ...overfull(fleet, containers),
    ...named("container that the journal does not know", "containers that the journal does not know", strangers),
    ...named("container that ended and could not be removed", "containers that ended and could not be removed", stuck),
    ...named("slot of the journal without a container", "slots of the journal without a container", lost),
    ...named(
      "runner online at GitHub without a container here",
      "runners online at GitHub without a container here",
      ghosts,
    ),
  ];
  const running = containers.filter(({ state }) => state === "running").length;
  if (problems.length === 0) {
    const counts = `${countText(containers.length, "container")} (${running} running), ${countText(runners.length, "runner")} of ours at GitHub`;
    return { status: "pass", summary: `journal, Docker and GitHub agree: ${counts}` };
  }
  return {
    status: "warn",
    summary: problems.join("; "),
    remedy: `the agent puts this right within two sweeps; if it stays: docker restart ${AGENT_CONTAINER}, then docker ps -a --filter label=${INSTANCE_LABEL}=${instance}`,
  };
}

/** The containers of an instance on the engine, whoever made them. */
export async function containersOf(
  docker: DockerFacts,
  { instance, signal }: Pick<SlotsOptions, "instance" | "signal">,
): Promise<readonly Container[]> {
  await orDockerSkipped(docker.api());
  const rows = await orDockerSkipped(docker.client.containers.list(INSTANCE_LABEL, instance, signal));
  return rows.flatMap(({ name, labels, state }) => {
    const own = readSlotLabels(labels, instance);
    if (own === null) return [];
    return [{ name, pool: own.poolKey, state, createdAtMs: own.createdAtMs, folderId: own.folderId }];
  });
}

/** Each of the places once. What a pattern takes in is looked at where slots are. */
async function runnersOf(
  github: GitHubFacts,
  scopes: readonly RunnerScope[],
  instance: string,
): Promise<readonly GitHubRunner[]> {
  const places = new Map(scopes.map((scope) => [scopeKey(scope), scope]));
  const listings = await Promise.all(
    [...places.values()].map((scope) => orGitHubSkipped(github.runners(scope), "github-access")),
  );
  return listings.flatMap(({ items }) => items).filter(({ name }) => name.startsWith(ownPrefix(instance)));
}

function overfull({ pools }: Fleet, containers: readonly Container[]): readonly string[] {
  return pools.flatMap(({ key, scaling }) => {
    const count = containers.filter(({ pool, state }) => pool === key && !hasEnded(state)).length;
    return count > scaling.max ? [`${countText(count, "container")} in the pool ${key}, ${scaling.max} at most`] : [];
  });
}

function named(one: string, many: string, items: readonly { readonly name: string }[]): readonly string[] {
  if (items.length === 0) return [];
  const names = items.slice(0, MOST_NAMED).map(({ name }) => name);
  return [`${countText(items.length, one, many)}: ${names.join(", ")}${items.length > MOST_NAMED ? ", …" : ""}`];
}

/** The journal knows what should exist; without it there is nothing to compare. @throws {Skipped} */
export function withoutJournal(): never {
  throw new Skipped("there is no journal to compare with", "agent-journal", "agent-running");
}
