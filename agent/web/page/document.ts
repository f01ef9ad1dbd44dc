import { html } from "hono/html";

import { ACT_FIELDS } from "./acts/act.ts";
import { actWord } from "./acts-part.ts";
import { markupOf, type Fragment } from "./markup/fragment.ts";
import { mark } from "./markup/mark.ts";
import { PARTS, titleOf, type Part } from "./parts.ts";
import type { PageView } from "./view.ts";

/** The whole page; `done` is the act that led here. It says all that it has to say without its script, which keeps it new. */
export function pageDocument(view: PageView, done?: string): string {
  const { agent, atMs } = view.status;
  return `<!doctype html>\n${markupOf(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${titleOf(view)}</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/page.css" />
        <link rel="stylesheet" href="/assets/uPlot.min.css" />
        <script src="/assets/uPlot.iife.min.js" defer></script>
        <script type="module" src="/assets/page.js"></script>
      </head>
      <body data-at="${atMs}" data-version="${agent.version}">
        <a class="skip" href="#main">Skip to the state of things</a>
        <header>
          <h1>Hookline</h1>
          <p>${agent.instance} on ${agent.host} <span class="note">version ${agent.version}</span></p>
          <p id="live" role="status">
            <noscript>As of ${new Date(atMs).toUTCString()}. <a href="/">Load it anew</a></noscript>
          </p>
        </header>
        ${done !== undefined && Object.hasOwn(ACT_FIELDS, done) ? html`<p class="done card" role="status">${mark("ok", `Done: ${actWord(done)}`)}</p>` : ""}
        <main id="main">${PARTS.map((part) => section(part, view))}</main>
      </body>
    </html>`,
  )}\n`;
}

function section({ id, title, show }: Part, view: PageView): Fragment {
  // Only the headline is read out when it changes: the rest would never be silent.
  if (id === "headline") return html`<div id="${id}" role="status">${show(view)}</div>`;
  if (title === null) return html`<div id="${id}">${show(view)}</div>`;
  return html`<section aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    <div id="${id}">${show(view)}</div>
  </section>`;
}
