import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

import { HAS_PROMTOOL } from "../metrics/promtool.ts";
import { ALERT_RUNS } from "./alert-runs.ts";
import { DAY_MS, household, type Household } from "./household.ts";
import { judgedByPrometheus } from "./prometheus.ts";

const rulesFile = join(import.meta.dirname, "../../../../config/prometheus/alerts.yaml");
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
  .parse(parse(readFileSync(rulesFile, "utf8")));
const metrics = rules.groups.flatMap((group) =>
  group.rules.flatMap(({ expr }) => expr.match(/\bhookline_[a-z_]+/g) ?? []),
);
const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));

/** Scrapes of the minutes to come, the present one first. */
async function scrapes({ minute, scrape }: Household, minutes: number, after: (n: number) => Promise<unknown> | void) {
  const texts = [await scrape()];
  for (let n = 0; n < minutes; n += 1) {
    await after(n);
    await minute();
    texts.push(await scrape());
  }
  return texts;
}

test("each alert has a run of the agent that brings it about", () => {
  expect(Object.keys(ALERT_RUNS).toSorted()).toEqual(alerts.toSorted());
});

describe.skipIf(!HAS_PROMTOOL)("Prometheus, by what the agent serves,", () => {
  test.each(alerts)("fires %s where its trouble is, and nothing before", async (alert) => {
    const { given, trouble, minutes = 0, others = [] } = ALERT_RUNS[alert] ?? {};
    const world = await household(given);
    const read = await scrapes(world, minutes, (n) => (n === 0 ? trouble?.(world) : undefined));
    const firing = [alert, ...others];
    expect(judgedByPrometheus({ rulesFile, scrapes: read, startMs: world.startMs, firing })).toBeNull();
  });

  test("fires nothing where no pool needs the Docker of this machine, and it has none", async () => {
    const world = await household({ engines: ["mini"] });
    const read = await scrapes(world, 8, (n) => (n === 0 ? world.queue(30_000) : undefined));
    expect(world.github.jobs().map(({ conclusion }) => conclusion)).toEqual(["success"]);
    expect(judgedByPrometheus({ rulesFile, scrapes: read, startMs: world.startMs, firing: [] })).toBeNull();
    const page = await (await fetch(world.web.url)).text();
    expect(page).toContain("All is well");
    expect(page).toMatch(/class="ok" id="link-docker"/);
  });

  test("asks about what is served, and fires nothing, while all is well", async () => {
    const world = await household({ tokenLeftMs: 90 * DAY_MS });
    const read = await scrapes(world, 40, (n) => (n % 8 === 0 ? world.queue(90_000) : undefined));
    expect(world.github.jobs().map(({ conclusion }) => conclusion)).toEqual(Array(5).fill("success"));
    for (const name of metrics) expect(read.at(-1)).toMatch(new RegExp(`^${name}[ {]`, "m"));
    expect(judgedByPrometheus({ rulesFile, scrapes: read, startMs: world.startMs, firing: [] })).toBeNull();
  });
});
