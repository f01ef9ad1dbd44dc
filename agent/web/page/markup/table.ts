import { html } from "hono/html";

import type { Fragment } from "./fragment.ts";

export interface TableColumn<Row> {
  readonly head: string;
  readonly cell: (row: Row) => unknown;
  /** `number`: to the right; `lead`: what the row is about; `name` and `labels` are not squeezed. */
  readonly kind?: "number" | "lead" | "name" | "labels";
}

export interface TableOptions<Row> {
  /** What the table shows, for those who do not see the heading above it. */
  readonly caption: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  /** Names a row for as long as it is about the same; unique on the page. */
  readonly keyOf?: (row: Row) => string;
  /** What is said in place of a table without rows. */
  readonly empty: string;
}

/**
 * A table that stays one for a screen reader where a narrow screen shows its rows as blocks: the roles are written out,
 * since a browser forgets those of what is no longer laid out as a table.
 */
export function table<Row>({ caption, columns, rows, keyOf, empty }: TableOptions<Row>): Fragment {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<table role="table">
    <caption class="unseen">
      ${caption}
    </caption>
    <thead role="rowgroup">
      <tr role="row">
        ${columns.map(({ head, kind }) => html`<th role="columnheader" scope="col" class="${kind ?? ""}">${head}</th>`)}
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${rows.map((row) => bodyRow(row, columns, keyOf?.(row)))}
    </tbody>
  </table>`;
}

function bodyRow<Row>(row: Row, columns: readonly TableColumn<Row>[], key: string | undefined): Fragment {
  const cells = columns.map(({ head, kind, cell }) =>
    kind === "lead"
      ? html`<th role="rowheader" scope="row" class="lead" data-head="${head}">${cell(row)}</th>`
      : html`<td role="cell" class="${kind ?? ""}" data-head="${head}">${cell(row)}</td>`,
  );
  return key === undefined
    ? html`<tr role="row">
        ${cells}
      </tr>`
    : html`<tr role="row" id="${key}">
        ${cells}
      </tr>`;
}
