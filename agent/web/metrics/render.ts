import { Registry, type Metric, type OpenMetricsContentType } from "prom-client";

import type { Family } from "./family.ts";

interface Line {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly metricName?: string;
}

/** The metrics as text, in the form that the scraper asks for. */
export interface MetricsText {
  readonly type: string;
  readonly text: string;
}

/**
 * Renders metrics for Prometheus, or as OpenMetrics where `accept` asks for it.
 * https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export async function renderMetrics(families: readonly Family[], accept: string): Promise<MetricsText> {
  const isOpen = accept.includes("application/openmetrics-text");
  const type = isOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE;
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(type as OpenMetricsContentType);
  for (const family of families) {
    // OpenMetrics names a counter without its suffix, which the registry puts on each line.
    const name = isOpen && family.type === "counter" ? family.name.replace(/_total$/, "") : family.name;
    const metric = { name, help: family.help, type: family.type, values: linesOf(family), aggregator: "sum" };
    registry.registerMetric({ ...metric, get: () => Promise.resolve(metric) } as unknown as Metric);
  }
  return { type, text: await registry.metrics() };
}

function linesOf(family: Family): readonly Line[] {
  if (family.type !== "histogram") return family.samples.map(({ labels = {}, value }) => ({ labels, value }));
  const { name, bounds, observations } = family;
  return observations.flatMap(({ labels, counts, sum }) => {
    const upTo = counts.map((_, index) => counts.slice(0, index + 1).reduce((total, count) => total + count, 0));
    const buckets = upTo.map((value, index) => {
      return { metricName: `${name}_bucket`, labels: { ...labels, le: bounds[index] ?? "+Inf" }, value };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: upTo.at(-1) ?? 0 },
    ];
  });
}
