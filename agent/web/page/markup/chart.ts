import { html } from "hono/html";

import type { Fragment } from "./fragment.ts";
import { table } from "./table.ts";

export interface ChartOptions<Row> {
  readonly id: string;
  readonly title: string;
  readonly kind: "lines" | "bars";
  readonly unit: string;
  readonly rows: readonly Row[];
  /** Where a row stands on the axis of time, milliseconds since the epoch. */
  readonly atMs: (row: Row) => number;
  /** The same in the table. */
  readonly at: (row: Row) => string;
  readonly series: readonly {
    readonly head: string;
    readonly value: (row: Row) => number;
    readonly text: (row: Row) => string;
  }[];
  /** Columns of the table that are not drawn. */
  readonly others: readonly { readonly head: string; readonly text: (row: Row) => string }[];
}

/** A chart with its table, from which the page's script draws it: without the script, and for a screen reader, the table is what there is. */
export function chart<Row>(options: ChartOptions<Row>): Fragment {
  const { id, title, kind, unit, rows, atMs, at, series, others } = options;
  if (rows.length === 0) {
    return html`<figure class="card">
      <figcaption>${title}</figcaption>
      <p class="note">Nothing has ended in that time.</p>
    </figure>`;
  }
  return html`<figure class="card" data-chart="${kind}" data-unit="${unit}" id="chart-${id}">
    <figcaption>${title}</figcaption>
    <div class="plot" id="plot-${id}" aria-hidden="true" data-drawn></div>
    <details id="table-${id}">
      <summary>As a table</summary>
      ${table<Row>({
        caption: title,
        rows: rows.toReversed(),
        empty: "",
        columns: [
          { head: "Time", kind: "lead", cell: (row) => html`<data class="at" value="${atMs(row)}">${at(row)}</data>` },
          ...series.map(({ head, value, text }) => ({
            head,
            kind: "number" as const,
            cell: (row: Row) => html`<data value="${value(row)}">${text(row)}</data>`,
          })),
          ...others.map(({ head, text }) => ({ head, kind: "number" as const, cell: text })),
        ],
      })}
    </details>
  </figure>`;
}
