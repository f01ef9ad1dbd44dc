import { expect, test } from "vitest";

import { dryRun } from "../../../agent/daemon/dry-run.ts";
import { knownHolds } from "../../../agent/daemon/known-holds.ts";
import { DrainRecords } from "../../../agent/journal/drain-records.ts";
import { PauseRecord } from "../../../agent/journal/pause-record.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { Holds } from "../../../shared/controller/holds.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { controlWorld } from "../control/world.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { join } from "node:path";
import { listed, REPOSITORY } from "./agent-fixture.ts";

const NOTHING: Holds = { drained: [], pauses: [], operatorPause: null };

async function planned(holds: (nowMs: number) => Holds): Promise<readonly string[]> {
  const clock = new VirtualClock();
  const github = new FakeGitHub(clock);
  github.jobs = { [REPOSITORY]: [listed(1)] };
  const seen = await dryRun({
    instance: "nas",
    fleet: { version: 2, pools: [poolOf({ repositories: [REPOSITORY] })] },
    architecture: "amd64",
    github,
    provider: new FakeSlots(clock),
    onlyPool: null,
    holds: holds(clock.now()),
    clock,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  return seen.actions.map(({ type }) => type);
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
