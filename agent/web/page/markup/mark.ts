import { html } from "hono/html";

import type { Fragment } from "./fragment.ts";

/** How something is. `idle`: neither well nor ill, such as what is not used. */
export type State = "ok" | "idle" | "warn" | "bad";

/** A shape for each state, so that nobody has to tell colours apart. */
const SHAPES: Readonly<Record<State, Fragment>> = {
  ok: html`<circle cx="6" cy="6" r="5" />`,
  idle: html`<circle cx="6" cy="6" r="4" class="hollow" />`,
  warn: html`<path d="M6 .8 11.6 11H.4Z" />`,
  bad: html`<path d="M3.6.8h4.8l2.8 2.8v4.8l-2.8 2.8H3.6L.8 8.4V3.6Z" />`,
};

/** A state by colour, shape and word. */
export function mark(state: State, word: string): Fragment {
  return html`<span class="mark ${state}"
    ><svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[state]}</svg>${word}</span
  >`;
}
