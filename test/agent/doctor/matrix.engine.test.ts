import { afterAll, beforeAll, describe, expect } from "vitest";

import { defaultBridgeWorks } from "../../stand-ins/docker/default-bridge.ts";
import { dockerAvailable, dockerTest } from "../../stand-ins/docker/engine.ts";
import { BROKEN_WORLDS } from "./broken-worlds.ts";
import { startDoctorWorld, type DoctorWorld, type Told } from "./doctor-world.ts";

let world: DoctorWorld;
let hasBridge = true;

beforeAll(async () => {
  if (!dockerAvailable) return;
  world = await startDoctorWorld();
  hasBridge = await defaultBridgeWorks(world.image);
});

afterAll(async () => {
  if (dockerAvailable) await world.close();
});

const told = (report: Told, ...statuses: readonly string[]): readonly string[] =>
  report.checks.flatMap(({ id, status, summary }) =>
    statuses.includes(status) ? [`${status} ${id}: ${summary}`] : [],
  );

/** What is true of this very engine, whatever a test breaks: no pool of the healthy world is on its default bridge. */
const OF_THE_ENGINE = "docker-network:bridge";
/** What warns wherever a row has the doctor read another pools file than the agent serves. */
const OF_THE_FILE = "config-loaded";
const ofWorld = (report: Told): Told =>
  hasBridge ? report : { ...report, checks: report.checks.filter(({ id }) => id !== OF_THE_ENGINE) };

/** The healthy world is the row's ground: it is asked again once the row has mended what it broke. */
async function expectHealthy(): Promise<Told> {
  const report = await world.doctor();
  const bridge = report.checks.find(({ id }) => id === OF_THE_ENGINE);
  expect(bridge?.status).toBe(hasBridge ? "pass" : "warn");
  expect(told(ofWorld(report), "warn", "fail", "skip")).toEqual([]);
  expect({ ok: report.ok, exitCode: report.exitCode }).toEqual({ ok: true, exitCode: 0 });
  return report;
}

dockerTest("the healthy world passes every check, and asks the links side by side", async () => {
  const startedAtMs = performance.now();
  const report = await expectHealthy();
  const tookMs = performance.now() - startedAtMs;
  const oneAfterTheOtherMs = report.checks.reduce((sum, { ms }) => sum + ms, 0);
  expect(oneAfterTheOtherMs).toBeGreaterThan(5 * tookMs);
  expect(new Set(report.checks.map(({ group }) => group))).toEqual(new Set(["edge", "github", "docker", "agent"]));
});

dockerTest("there are at least forty broken worlds", () => {
  expect(BROKEN_WORLDS.flatMap(([, rows]) => rows).length).toBeGreaterThanOrEqual(40);
});

describe.each(BROKEN_WORLDS)("broken %s", (_group, rows) => {
  for (const row of rows) {
    dockerTest(`promise 19: ${row.name}: ${row.check} alone reports it`, async () => {
      const { undo, ...run } = await row.breakIt(world);
      let report: Told;
      try {
        report = await world.doctor(run);
        if (row.check !== OF_THE_ENGINE) report = ofWorld(report);
      } finally {
        await undo?.();
      }
      const isOther = run.env?.["HOOKLINE_CONFIG"] !== undefined;
      const bad = report.checks.filter(
        ({ id, status }) =>
          (status === "warn" || status === "fail") && row.also?.test(id) !== true && !(isOther && id === OF_THE_FILE),
      );
      expect(told({ ...report, checks: bad }, "warn", "fail").slice(1)).toEqual([]);
      const [check] = bad;
      expect(check?.id).toContain(row.check);
      expect(check).toMatchObject({ status: row.status, summary: expect.stringMatching(row.summary) as string });
      expect(check?.remedy).toMatch(row.remedy);
      expect(check?.detail ?? "").toMatch(row.detail ?? /^/);
      const skipped = report.checks.filter(({ status }) => status === "skip").map(({ id }) => id);
      expect(skipped.filter((id) => row.skips?.test(id) !== true)).toEqual([]);
      for (const { status, summary } of report.checks) {
        const lead = status === "skip" ? /; see (\S+)$/.exec(summary)?.[1] : undefined;
        if (lead !== undefined) expect(lead, summary).toBe(check?.id);
        else if (status === "skip") expect(summary).toContain("ask where it runs");
      }
      expect(report.exitCode).toBe(row.status === "fail" ? 1 : 0);
      for (const secret of world.secrets) expect(report.text).not.toContain(secret);
    });
  }
});

dockerTest("mended, the world passes every check again", async () => {
  await expectHealthy();
});
