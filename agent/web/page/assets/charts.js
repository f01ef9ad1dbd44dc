// @ts-check
/** @typedef {{ new (options: object, data: number[][], target: Element): Plot }} PlotKind */
/** @typedef {{ setData(data: number[][]): void, setSize(size: { width: number, height: number }): void, destroy(): void }} Plot */

/** uPlot is loaded as a script of its own. https://github.com/leeoniya/uPlot/tree/master/docs */
const uPlot = /** @type {any} */ (window).uPlot;

const HEIGHT = 200;
const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
const LOCAL_DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const HOUR = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const HOUR_OF_DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
/** @type {Map<string, { plot: Plot, drawn: string }>} */
const plots = new Map();

/** Draws each chart from its table, as the table is now. */
export function drawCharts() {
  if (uPlot === undefined) return;
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const rows = rowsOf(figure);
    const drawn = JSON.stringify(rows);
    const known = plots.get(figure.id);
    if (known?.drawn === drawn) continue;
    if (known === undefined) plots.set(figure.id, { plot: newPlot(figure, rows), drawn });
    else {
      known.plot.setData(rows);
      known.drawn = drawn;
    }
  }
}

/** Charts follow the width of the page, and its colours. */
export function followPage() {
  new ResizeObserver(() => {
    for (const [id, { plot }] of plots) plot.setSize(sizeOf(document.getElementById(id)));
  }).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const { plot } of plots.values()) plot.destroy();
    plots.clear();
    drawCharts();
  });
}

/**
 * A column for the time in seconds, and one for each series; the oldest first.
 * @param {Element} figure
 */
function rowsOf(figure) {
  const rows = Array.from(figure.querySelectorAll("details tbody tr"), (row) =>
    Array.from(row.querySelectorAll("data"), (cell) => Number(cell.value)),
  ).toReversed();
  const columns = rows[0]?.map((_, at) => rows.map((row) => Number(row[at]))) ?? [];
  return columns.map((column, at) => (at === 0 ? column.map((ms) => ms / 1000) : column));
}

/**
 * @param {Element} figure
 * @param {number[][]} rows
 * @returns {Plot}
 */
function newPlot(figure, rows) {
  const style = getComputedStyle(document.documentElement);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const heads = Array.from(figure.querySelectorAll("details thead th"), (head) => head.textContent);
  const unit = figure.getAttribute("data-unit");
  const bars = figure.getAttribute("data-chart") === "bars";
  const axis = {
    stroke: colour("--quiet"),
    font: "12px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const strokes = [colour("--accent"), colour("--second")];
  const options = {
    ...sizeOf(figure),
    cursor: { drag: { x: false, y: false } },
    // Days are told as UTC has them, hours as this browser does.
    ...(bars ? { tzDate: (/** @type {number} */ s) => uPlot.tzDate(new Date(s * 1000), "Etc/UTC") } : {}),
    scales: { x: bars ? { range: around } : {}, y: { range: fromZero } },
    axes: [
      {
        ...axis,
        size: 30,
        values: bars ? dayTexts : hourTexts,
        ...(bars ? { incrs: [86_400, 172_800, 604_800] } : {}),
      },
      { ...axis, size: 44 },
    ],
    series: [
      {
        value: (/** @type {unknown} */ _, /** @type {number | null} */ s) =>
          s === null ? "–" : bars ? DAY.format(s * 1000) : HOUR_OF_DAY.format(s * 1000),
      },
      ...rows.slice(1).map((_, at) => ({
        label: heads[at + 1] ?? "",
        stroke: strokes[at],
        width: 2,
        points: { show: !bars && (rows[0]?.length ?? 0) < 3, size: 6 },
        value: (/** @type {unknown} */ _plot, /** @type {number | null} */ value) =>
          value === null || value === undefined ? "–" : `${value.toFixed(bars ? 0 : 1)} ${unit}`,
        ...(bars ? { fill: colour("--accent"), paths: uPlot.paths.bars({ size: [0.6, 40] }) } : {}),
      })),
    ],
  };
  const target = figure.querySelector(".plot");
  if (target === null) throw new Error("a chart has no place to be drawn in");
  return new uPlot(options, rows, target);
}

/** @param {Element | null} figure */
function sizeOf(figure) {
  return { width: figure?.querySelector(".plot")?.clientWidth ?? 300, height: HEIGHT };
}

/** @returns {string[]} */
function dayTexts(/** @type {unknown} */ _, /** @type {number[]} */ ticks) {
  return ticks.map((s) => DAY.format(s * 1000));
}

/** A day has its name where it begins. @returns {string[]} */
function hourTexts(/** @type {unknown} */ _, /** @type {number[]} */ ticks) {
  return ticks.map((s) => (new Date(s * 1000).getHours() === 0 ? LOCAL_DAY : HOUR).format(s * 1000));
}

/** Half a day to both sides, so that the first and the last bar are whole. @returns {[number, number]} */
function around(/** @type {unknown} */ _, /** @type {number} */ from, /** @type {number} */ to) {
  return [from - 43_200, to + 43_200];
}

/** @returns {[number, number]} */
function fromZero(/** @type {unknown} */ _, /** @type {number} */ _from, /** @type {number} */ to) {
  return [0, to > 0 ? to * 1.1 : 1];
}
