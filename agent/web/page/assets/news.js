// @ts-check
import { drawCharts } from "./charts.js";
import { morph } from "./morph.js";
import { heardAt } from "./times.js";

/** @typedef {{ version: string, title: string, atMs: number, parts: Record<string, string> }} News */

/** What each part was last made of. @type {Map<string, string>} */
const shown = new Map();

/** A proxy or a restart may answer once with something else than a stream, which ends the browser's own tries. */
const AGAIN_MS = 5000;

/** Takes what the agent tells of each change, for as long as the page is open. */
export function follow() {
  const source = new EventSource("/page/events");
  const live = document.getElementById("live");
  if (live?.className === "") say(live, "idle", "Connecting");
  source.addEventListener("page", (event) => {
    const news = /** @type {News} */ (JSON.parse(event.data));
    // Another version of the agent has other parts.
    if (news.version !== document.body.dataset["version"]) return location.reload();
    show(news);
    say(live, "ok", "Live");
  });
  source.addEventListener("error", () => {
    say(live, "bad", "The agent does not answer: what you see is old");
    if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_MS);
  });
}

/** @param {News} news */
function show({ title, atMs, parts }) {
  for (const [id, markup] of Object.entries(parts)) {
    const element = document.getElementById(id);
    if (element === null || shown.get(id) === markup) continue;
    shown.set(id, markup);
    const wanted = new DOMParser().parseFromString(markup, "text/html").body;
    morph(element, wanted);
  }
  document.title = title;
  drawCharts();
  heardAt(atMs);
}

/**
 * @param {HTMLElement | null} live
 * @param {"ok" | "idle" | "bad"} state
 * @param {string} text
 */
function say(live, state, text) {
  if (live === null || live.textContent === text) return;
  live.className = state;
  live.textContent = text;
  document.body.classList.toggle("stale", state === "bad");
}
