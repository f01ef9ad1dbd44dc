import { expect, test } from "vitest";

import { dryRun, type DryRun } from "../../../agent/daemon/dry-run.ts";
import { knownHolds } from "../../../agent/daemon/known-holds.ts";
import { DrainRecords } from "../../../agent/journal/drain-records.ts";
import { PauseRecord } from "../../../agent/journal/pause-record.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { MachineFacts } from "../../../agent/house/machine-facts.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import type { Holds } from "../../../shared/controller/holds.ts";
import { SlotEngines } from "../../../agent/slots/slot-engines.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { controlWorld } from "../control/world.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { join } from "node:path";
import { listed, REPOSITORY } from "./agent-fixture.ts";

const NO_FACTS: MachineFacts = {
  load: () => null,
  freeMemoryBytes: () => null,
  pressure: () => ({ cpu: null, memory: null, io: null }),
  processes: () => null,
};
const NOTHING: Holds = { drained: [], pauses: [], operatorPause: null };

async function planned(
  holds: (nowMs: number) => Holds,
  heeds: Partial<Pool> = {},
  change: (slots: FakeSlots) => void = () => {},
): Promise<readonly string[]> {
  const { actions } = await look(holds, heeds, change);
  return actions.map(({ type }) => type);
}

async function look(
  holds: (nowMs: number) => Holds,
  heeds: Partial<Pool>,
  change: (slots: FakeSlots) => void,
): Promise<DryRun> {
  const clock = new VirtualClock();
  const github = new FakeGitHub(clock);
  github.jobs = { [REPOSITORY]: [listed(1)] };
  const provider = new FakeSlots(clock);
  change(provider);
  return dryRun({
    instance: "nas",
    fleet: { version: 2, pools: [poolOf({ repositories: [REPOSITORY], ...heeds })] },
    architecture: "amd64",
    github,
    provider,
    facts: { ...NO_FACTS, load: () => 5 },
    onlyPool: null,
    holds: holds(clock.now()),
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
}

const pause = (place: string, untilMs: number): Holds => ({
  ...NOTHING,
  pauses: [{ place, untilMs, code: "github-forbidden", failures: 2 }],
});

test("C-13: a dry run plans nothing for a pool that is drained or paused, and something for any other", async () => {
  expect(await planned(() => NOTHING)).toEqual(["provision"]);
  expect(await planned(() => ({ ...NOTHING, drained: ["home"] }))).toEqual([]);
  expect(await planned(() => ({ ...NOTHING, drained: ["other"] }))).toEqual(["provision"]);
  expect(await planned((sinceMs) => ({ ...NOTHING, operatorPause: { sinceMs, untilMs: null } }))).toEqual([]);
  expect(await planned((now) => pause("pool home in acme", now + 60_000))).toEqual([]);
  expect(await planned((now) => pause("account acme", now + 60_000))).toEqual([]);
  expect(await planned((now) => pause("pool home in acme", now - 1))).toEqual(["provision"]);
  expect(await planned((now) => pause("account globex", now + 60_000))).toEqual(["provision"]);
});

test("C-13: a dry run heeds what a pool holds back for, and says what it saw and what it cannot see", async () => {
  const backup = (slots: FakeSlots): void => void (slots.neighbours = new Set(["backup"]));
  const heeds = { holdWhile: { containers: ["backup"], processes: [] } };
  expect(await planned(() => NOTHING, heeds)).toEqual(["provision"]);
  expect(await planned(() => NOTHING, heeds, backup)).toEqual([]);
  expect((await look(() => NOTHING, heeds, backup)).house.get("home")?.holds).toEqual(["container backup runs"]);
  expect(await planned(() => NOTHING, { holdWhile: { ...heeds.holdWhile, load: 5 } })).toEqual([]);
  expect(await planned(() => NOTHING, { ...heeds, engines: ["second"] }, backup)).toEqual(["provision"]);
  const unseen = (slots: FakeSlots): void => void (slots.neighbours = null);
  expect(await planned(() => NOTHING, heeds, unseen)).toEqual(["provision"]);
  expect((await look(() => NOTHING, heeds, unseen)).house.get("home")?.unseen).toHaveLength(1);
});

test("a dry run sees jobs of repositories that a pattern takes in, and lists runners wherever slots are", async () => {
  const clock = new VirtualClock();
  const github = new FakeGitHub(clock);
  const names = ["me/one", "me/two", "me/three"];
  github.accounts = names.map((fullName, id) => ({
    id,
    fullName,
    isPrivate: true,
    fork: false,
    archived: false,
    pushedAtMs: null,
  }));
  github.jobs = { "me/three": [{ ...listed(1), repository: "me/three" }] };
  const provider = new FakeSlots(clock);
  for (const [index, scope] of names.slice(1).entries())
    provider.add(`hookline-nas--home-${index}`, { poolKey: "home", scope, runnerId: index });
  const scope = { kind: "repositories", repositories: [] } as const;
  const patterns = { accounts: ["me"], except: [] };
  const { sweep } = await dryRun({
    instance: "nas",
    fleet: { version: 2, pools: [poolOf({ scope, repositories: [], patterns, visibility: "private" })] },
    architecture: "amd64",
    github,
    provider,
    facts: NO_FACTS,
    onlyPool: null,
    holds: NOTHING,
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  expect(sweep.jobs.items.map(({ repository }) => repository)).toEqual(["me/three"]);
  expect(github.calls).toEqual(expect.arrayContaining(["runners me/two", "runners me/three"]));
});

test("a pool with architecture auto is judged by the engine that it names first, not by this machine", async () => {
  const clock = new VirtualClock();
  const github = new FakeGitHub(clock);
  github.jobs = { [REPOSITORY]: [{ ...listed(1), labels: ["self-hosted", "arm64"] }] };
  const [local, mini] = [new FakeSlots(clock), new FakeSlots(clock)];
  mini.facts = { architecture: "arm64", memoryBytes: 1, engineVersion: "1" };
  const seen = await dryRun({
    instance: "nas",
    fleet: {
      version: 2,
      pools: [poolOf({ repositories: [REPOSITORY], engines: ["mini"], architecture: "auto" })],
    },
    architecture: "amd64",
    github,
    provider: new SlotEngines(
      new Map([
        ["local", local],
        ["mini", mini],
      ]),
      clock,
    ),
    facts: NO_FACTS,
    onlyPool: null,
    holds: NOTHING,
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  expect(seen.actions).toMatchObject([{ type: "provision", engine: "mini" }]);
});

test("what is drained is known from the journal, what pauses from the daemon that runs", async () => {
  const { folder, daemon } = await controlWorld();
  const operatorPause = { sinceMs: 1, untilMs: null };
  daemon.held = { ...pause("account acme", 1000), drained: ["home"], operatorPause };
  const sql = new NodeSql(join(folder, "journal.db"));
  new DrainRecords(sql).set("home", true, 1);
  new PauseRecord(sql).set({ sinceMs: 1, untilMs: null });
  sql.close();
  expect(await knownHolds(folder)).toEqual({ ...daemon.held, unknown: [] });
});

test("without a daemon there are no pauses to know of; a journal that cannot be read is told of", async () => {
  expect(await knownHolds(temporaryFolder())).toEqual({ ...NOTHING, unknown: [] });
  const { folder } = await controlWorld();
  new NodeSql(join(folder, "journal.db")).close();
  expect(await knownHolds(folder)).toMatchObject({
    unknown: [expect.stringContaining("what the operator holds back is not known")],
  });
});
