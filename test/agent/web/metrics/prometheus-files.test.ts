import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import * as z from "zod";

import { busyStatus, freshnessOfBusy } from "./busy-status.ts";
import { HAS_PROMTOOL, promtool } from "./promtool.ts";
import { metricsOf } from "../../../../agent/web/metrics/metrics.ts";
import { renderMetrics } from "../../../../agent/web/metrics/render.ts";

const config = join(import.meta.dirname, "../../../../config");
const alerts = z
  .object({ groups: z.array(z.object({ rules: z.array(z.object({ alert: z.string(), expr: z.string() })) })) })
  .parse(parse(readFileSync(join(config, "prometheus/alerts.yaml"), "utf8")));
const dashboard = z
  .object({ panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string(), legendFormat: z.string() })) })) })
  .parse(JSON.parse(readFileSync(join(config, "grafana/hookline.json"), "utf8")));

const rules = alerts.groups.flatMap(({ rules: all }) => all);
const targets = dashboard.panels.flatMap(({ targets: all }) => all);

/** Names that a scrape has, each with its labels. */
async function scraped(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { text } = await renderMetrics(metricsOf(busyStatus(), freshnessOfBusy()), "");
  const names = new Map<string, Set<string>>();
  for (const [, name = "", labels = ""] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? \S+$/gm)) {
    const known = names.get(name) ?? new Set<string>();
    for (const [, label = ""] of labels.matchAll(/(\w+)="/g)) known.add(label);
    names.set(name, known);
  }
  return names;
}

/** The labels that a query names: in a selector, after `by`, and in its legend. */
function labelsOf(expression: string, legend = ""): readonly string[] {
  const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(", "));
  const selected = [...expression.matchAll(/[{,]\s*(\w+)\s*[=!]/g)].map(([, label = ""]) => label);
  const shown = [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, label = ""]) => label);
  return [...grouped, ...selected, ...shown];
}

describe("every metric and label that a file asks for is served", () => {
  test.each([
    ...rules.map(({ alert, expr }) => [alert, expr, ""] as const),
    ...targets.map(({ expr, legendFormat }) => [expr, expr, legendFormat] as const),
  ])("%s", async (_name, expression, legend) => {
    const served = await scraped();
    const names = [...expression.matchAll(/\bhookline_[a-z_]+/g)].map(([name]) => name);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect([...served.keys()]).toContain(name);
      for (const label of labelsOf(expression, legend)) expect([...(served.get(name) ?? [])], name).toContain(label);
    }
  });
});

test("a label that is not served is noticed", () => {
  expect(labelsOf('sum by (pool, le) (rate(x{leg="a"}[1h]))', "{{state}}")).toEqual(["pool", "le", "leg", "state"]);
});

test.skipIf(!HAS_PROMTOOL)("promtool finds nothing wrong with the metrics' names and units", async () => {
  const { text } = await renderMetrics(metricsOf(busyStatus(), freshnessOfBusy()), "");
  expect(promtool(["check", "metrics"], text)).toBeNull();
  expect(promtool(["check", "metrics"], text.replaceAll("hookline_jobs_total", "hookline_jobs"))).toMatch(/_total/);
});

test.skipIf(!HAS_PROMTOOL)("promtool takes the alert rules, and each fires on its series", () => {
  expect(promtool(["check", "rules", join(config, "prometheus/alerts.yaml")])).toBeNull();
  expect(promtool(["test", "rules", join(config, "prometheus/alerts.test.yaml")])).toBeNull();
});

test("each alert has a series that brings it about", () => {
  const tested = readFileSync(join(config, "prometheus/alerts.test.yaml"), "utf8");
  for (const { alert } of rules) expect(tested).toContain(`alertname: ${alert}\n`);
});
