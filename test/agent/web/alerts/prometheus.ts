import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { temporaryFolder } from "../../../stand-ins/files/temporary-folder.ts";
import { promtool } from "../metrics/promtool.ts";

/** What was read in one minute after the other; null where nobody answered. */
export type Scrapes = readonly (string | null)[];

export interface Verdict {
  readonly rulesFile: string;
  readonly scrapes: Scrapes;
  /** When the first of them was, milliseconds since the epoch. */
  readonly startMs: number;
  /** Alerts that fire at the last of them; at the first none is even pending. */
  readonly firing: readonly string[];
}

/**
 * Has Prometheus judge the scrapes by the rules; what promtool finds otherwise than expected, else null. For promtool time
 * begins at 0, so timestamps are told from the first scrape on.
 * https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 */
export function judgedByPrometheus({ rulesFile, scrapes, startMs, firing }: Verdict): string | null {
  const exp_samples = firing.map((alert) => ({ labels: `{alertname="${alert}"}`, value: 1 }));
  const tests = [
    {
      interval: "1m",
      input_series: seriesOf(scrapes, startMs / 1000),
      promql_expr_test: [
        { expr: "ALERTS", eval_time: "0m", exp_samples: [] },
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: `${scrapes.length - 1}m`,
          exp_samples,
        },
      ],
    },
  ];
  const file = join(temporaryFolder(), "run.yaml");
  writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: "1m", tests }));
  return promtool(["test", "rules", file]);
}

/** Each line of the scrapes as promtool takes it: stale, as Prometheus marks it, once it is not there any more. */
function seriesOf(
  scrapes: Scrapes,
  startSeconds: number,
): readonly { readonly series: string; readonly values: string }[] {
  const read = scrapes.map((text) => linesOf(text ?? "", startSeconds));
  const names = new Set(read.flatMap((lines) => [...lines.keys()]));
  return [...names].map((series) => {
    const values = read.map((lines, minute) => lines.get(series) ?? (read[minute - 1]?.has(series) ? "stale" : "_"));
    return { series, values: values.join(" ") };
  });
}

function linesOf(text: string, startSeconds: number): ReadonlyMap<string, string> {
  const lines = text.matchAll(/^(([a-z_]+)(?:\{.*\})?) (\S+)$/gm);
  return new Map(
    [...lines].map(([, series = "", name = "", value = ""]) => [
      series,
      name.endsWith("_timestamp_seconds") ? String(Number(value) - startSeconds) : value,
    ]),
  );
}
