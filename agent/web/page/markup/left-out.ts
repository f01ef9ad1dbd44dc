import { html } from "hono/html";

import { countText } from "../../../../shared/text/count-text.ts";
import type { Fragment } from "./fragment.ts";

/** How many rows of what is open one table shows. */
export const MOST_OPEN = 50;

/**
 * What is said under a table of how many rows it does not show, and by which command they are seen; nothing where it
 * shows all. `doing` follows their number: `waits`, `wait`.
 */
export function leftOut(count: number, command: string, doing?: { one: string; many: string }): Fragment | string {
  if (count <= 0) return "";
  const verb = doing === undefined ? "" : ` ${count === 1 ? doing.one : doing.many}`;
  return html`<p class="note">${countText(count, "other")}${verb}: <code>${command}</code> lists them.</p>`;
}
