import { html } from "hono/html";

import type { Fragment } from "../markup/fragment.ts";
import type { ActName } from "./act.ts";

/** What the page's forms need; null where nothing may be done by the page. */
export interface Acting {
  /** Known to whoever was shown the page, and to no other page that a browser has open. */
  readonly key: string;
}

export interface ActFormOptions {
  readonly act: ActName;
  readonly fields?: Readonly<Record<string, string | number>>;
  readonly label: string;
  /** What the label alone does not say, for those who hear it without what stands around it. */
  readonly about?: string;
}

/** A button that does something; nothing where nothing may be done. */
export function actForm(
  acting: Acting | null,
  { act, fields = {}, label, about = "" }: ActFormOptions,
): Fragment | string {
  if (acting === null) return "";
  return html`<form method="post" action="/act/${act}">
    <input type="hidden" name="key" value="${acting.key}" />
    ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
    <button type="submit">${label}${about === "" ? "" : html`<span class="unseen"> ${about}</span>`}</button>
  </form>`;
}
