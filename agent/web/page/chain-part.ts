import { html } from "hono/html";

import { chainOf, headlineOf } from "./chain.ts";
import type { Fragment } from "./markup/fragment.ts";
import { mark } from "./markup/mark.ts";
import type { PageView } from "./view.ts";

/** The first thing to read: whether all is well, and what is not. A screen reader is told when it changes. */
export function headlinePart(view: PageView): Fragment {
  const trouble = headlineOf(view);
  if (trouble === null) return html`<p class="headline">${mark("ok", "All is well")}</p>`;
  const remedy = trouble.remedy ?? null;
  return html`<p class="headline">${mark(trouble.state, trouble.trouble ?? trouble.word)}</p>
    ${remedy === null ? "" : html`<p class="remedy">${remedy}</p>`}`;
}

/** Each link with its state and since when. */
export function chainPart(view: PageView): Fragment {
  return html`<ol class="chain">
    ${chainOf(view).map(
      ({ name, state, word, detail }) =>
        html`<li class="${state}" id="link-${name.toLowerCase()}">
          <h3>${name}</h3>
          <p>${mark(state, word)}</p>
          <p class="detail">${detail}</p>
        </li>`,
    )}
  </ol>`;
}
