// @ts-check

const UNITS = /** @type {const} */ ([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
]);
const LOCAL = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** How far this browser's clock is ahead of the agent's: ages are those of the agent. */
let aheadMs = 0;

/**
 * Lets every relative time of the page go on, each second; hovering tells the time itself in this browser's zone.
 * @param {number} agentNowMs the agent's clock at this moment
 */
export function tickTimes(agentNowMs) {
  heardAt(agentNowMs);
  setInterval(showTimes, 1000);
}

/**
 * The agent's clock at this moment, as news have it.
 * @param {number} agentNowMs
 */
export function heardAt(agentNowMs) {
  aheadMs = Date.now() - agentNowMs;
  showTimes();
}

function showTimes() {
  const nowMs = Date.now() - aheadMs;
  for (const time of document.querySelectorAll("time[data-distance]")) {
    const atMs = Date.parse(time.getAttribute("datetime") ?? "");
    const text = distanceText(Math.abs(nowMs - atMs));
    if (time.textContent !== text) time.textContent = text;
    const title = LOCAL.format(atMs);
    if (time.getAttribute("title") !== title) time.setAttribute("title", title);
  }
}

/** @param {number} ms */
function distanceText(ms) {
  for (const [unit, unitMs] of UNITS) if (ms >= unitMs) return `${Math.floor(ms / unitMs)} ${unit}`;
  return "1 s";
}
