import type { AgentReport } from "../link/report.ts";
import type { MetaCell, MetaTable } from "./meta.ts";

/** What the agent last said of itself. */
export class LastReport {
  readonly #cell: MetaCell<"report">;

  constructor(meta: MetaTable) {
    this.#cell = meta.cell("report");
  }

  keep(report: AgentReport, nowMs: number): void {
    this.#cell.set({ atMs: nowMs, report });
  }

  /** With its time, milliseconds since the epoch; null before the first. */
  last(): { readonly atMs: number; readonly report: AgentReport } | null {
    return this.#cell.get();
  }
}
