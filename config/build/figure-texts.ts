import type { Figures } from "./figures.ts";
import { type Cost, freePlan, MONITOR_ASKS, pricesTable, RECONNECTS } from "./free-plan.ts";
import { chainTable, NOT_RECORDED, swarmTable, targetTable } from "./performance-tables.ts";
import { SCALE_TEXTS } from "./scale-texts.ts";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const fixed = (value: number, digits: number): string => value.toFixed(digits);
const seconds = (ms: number): string => `${fixed(ms / 1000, 1)} s`;
const kibibytes = (bytes: number, digits = 0): string => `${fixed(bytes / 1024, digits)} KiB`;
const mebibytes = (kib: number): string => `${fixed(kib / 1024, 0)} MiB`;
const range = (least: number, most: number): string =>
  whole(least) === whole(most) ? `${whole(least)} ms` : `${whole(least)} to ${whole(most)} ms`;

function costText({ rowsRead, rowsWritten, requests }: Cost): string {
  return `${whole(rowsRead)} rows read, ${whole(rowsWritten)} written, ${whole(requests)} requests`;
}

function machineOf({ machine, versions }: NonNullable<Figures[keyof Figures]>): string {
  const { processor, cores, memoryGiB } = machine;
  const tools = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [processor, `${cores} cores`, `${memoryGiB} GiB`, ...tools].join(", ");
}

/** What a page shows of the figures, by the name in its marker. */
export const FIGURE_TEXTS: Readonly<Record<string, (figures: Figures) => string>> = {
  "performance.targets": targetTable,
  "chain.table": chainTable,
  "chain.date": ({ chain }) => chain?.date ?? NOT_RECORDED,
  "chain.machine": ({ chain }) => (chain === undefined ? NOT_RECORDED : machineOf(chain)),
  "swarm.table": swarmTable,
  "swarm.date": ({ swarm }) => swarm?.date ?? NOT_RECORDED,
  "swarm.machine": ({ swarm }) => (swarm === undefined ? NOT_RECORDED : machineOf(swarm)),

  ...SCALE_TEXTS,

  "edge.date": ({ edge }) => edge.date,
  "edge.machine": ({ edge }) => machineOf(edge),
  "edge.rowsWritten": ({ edge }) => String(freePlan(edge.figures).rowsWritten),
  "edge.rowsRead": ({ edge }) => String(freePlan(edge.figures).rowsRead),
  "edge.rowsReadEarly": ({ edge }) => whole(edge.figures.rowsReadByTheFirstHundred),
  "edge.requests": ({ edge }) => String(freePlan(edge.figures).requests),
  "edge.reconnects": () => String(RECONNECTS),
  "edge.monitorAsks": () => whole(MONITOR_ASKS),
  "edge.besideRowsWritten": ({ edge }) => whole(freePlan(edge.figures).beside.rowsWritten),
  "edge.besideRowsRead": ({ edge }) => whole(freePlan(edge.figures).beside.rowsRead),
  "edge.besideRequests": ({ edge }) => whole(freePlan(edge.figures).beside.requests),
  "edge.reconnectsCost": ({ edge }) => costText(freePlan(edge.figures).reconnects),
  "edge.monitorCost": ({ edge }) => costText(freePlan(edge.figures).monitor),
  "edge.prices": ({ edge }) => `\n\n${pricesTable(edge.figures.prices)}\n\n`,
  "edge.week.signals": ({ edge }) => whole(edge.figures.week.signals),
  "edge.week.hello": ({ edge }) => whole(edge.figures.week.helloRowsRead),
  "edge.week.helloOpen": ({ edge }) => whole(edge.figures.week.helloRowsReadWithOpenJobs),
  "edge.week.freshness": ({ edge }) => whole(edge.figures.week.freshnessRowsRead),
  "edge.week.behind": ({ edge: { figures } }) => fixed(figures.week.deliveryBehindHelloMs / figures.week.deliveryMs, 1),
  "edge.byRowsWritten": ({ edge }) => whole(freePlan(edge.figures).deliveriesByRowsWritten),
  "edge.byRowsRead": ({ edge }) => whole(freePlan(edge.figures).deliveriesByRowsRead),
  "edge.byRequests": ({ edge }) => whole(freePlan(edge.figures).deliveriesByRequests),
  "edge.jobs": ({ edge }) => whole(freePlan(edge.figures).jobs),
  "edge.thousandJobs": ({ edge }) => `${Math.floor(freePlan(edge.figures).jobs / 1000)},000`,
  "edge.gzip": ({ edge }) => kibibytes(edge.figures.gzipBytes, 1),
  "edge.start": ({ edge }) => `${fixed(edge.figures.startMs, 1)} ms`,

  "page.ratio": ({ page }) => `${fixed(page.figures.manyMs / page.figures.fewMs, 1)} times`,
  "page.bytes": ({ page }) => kibibytes(page.figures.bytes),
  "page.streams": ({ page }) => whole(page.figures.streams),
  "page.streamsMemory": ({ page }) => `${fixed(page.figures.streamsKib / 1024, 1)} MiB`,
  "page.red": ({ page }) => seconds(page.figures.redMs),

  "connections.date": ({ connections }) => connections.date,
  "connections.machine": ({ connections }) => machineOf(connections),
  "connections.worker.pieces": ({ connections }) => mebibytes(connections.figures.worker.piecesKib),
  "connections.worker.slow": ({ connections }) => `${whole(connections.figures.worker.slowDelayMs)} ms`,
  "connections.worker.drip": ({ connections }) => seconds(connections.figures.worker.dripMs),
  "connections.worker.crowd": ({ connections }) => mebibytes(connections.figures.worker.crowdKib),
  "connections.standalone.pieces": ({ connections }) => mebibytes(connections.figures.standalone.piecesKib),
  "connections.standalone.slow": ({ connections }) => `${whole(connections.figures.standalone.slowDelayMs)} ms`,
  "connections.standalone.drip": ({ connections }) => seconds(connections.figures.standalone.dripMs),
  "connections.standalone.crowd": ({ connections }) => mebibytes(connections.figures.standalone.crowdKib),

  "agent.date": ({ agent }) => agent.date,
  "agent.machine": ({ agent }) => machineOf(agent),
  "agent.bundle": ({ agent }) => kibibytes(agent.figures.bundleBytes),
  "agent.connected": ({ agent }) => range(agent.figures.connectedLeastMs, agent.figures.connectedMostMs),
  "history.signals": ({ history }) => history.figures.signals.toLocaleString("en"),
  "history.peak": ({ history }) => mebibytes(history.figures.peakKib),
  "history.doctor": ({ history }) => mebibytes(history.figures.doctorPeakKib),
  "history.slower": ({ history }) => (history.figures.connectedMs / history.figures.connectedEmptyMs).toFixed(1),
  "agent.resident": ({ agent }) => mebibytes(agent.figures.residentKib),
  "agent.residentFile": ({ agent }) => mebibytes(agent.figures.residentFileKib),

  "demo.date": ({ demo }) => demo.date,
  "demo.machine": ({ demo }) => machineOf(demo),
  "demo.started": ({ demo }) => range(demo.figures.startedP50LeastMs, demo.figures.startedP50MostMs),
  "demo.startedSeconds": ({ demo }) => seconds(demo.figures.startedP50MostMs),
  "demo.startedMost": ({ demo }) => `${whole(demo.figures.startedMostMs)} ms`,
  "demo.own": ({ demo }) => range(demo.figures.ownP50LeastMs, demo.figures.ownP50MostMs),
  "demo.ownMost": ({ demo }) => `${whole(demo.figures.ownMostMs)} ms`,
  "demo.transcript": ({ demo }) => `\n\n\`\`\`\n${demo.figures.transcript.join("\n")}\n\`\`\`\n\n`,

  "doctor.healthy": ({ doctor }) => seconds(doctor.figures.healthyMs),
  "doctor.brokenWorlds": ({ doctor }) => whole(doctor.figures.brokenWorlds),

  "crash.places": ({ crash }) => whole(crash.figures.places),

  "soak.date": ({ soak }) => soak.date,
  "soak.machine": ({ soak }) => machineOf(soak),
  "soak.minutes": ({ soak }) => fixed(soak.figures.tookMs / 60_000, 1),
  "soak.edgeKilled.deliveries": ({ soak }) => whole(soak.figures.edgeKilled.deliveries),
  "soak.edgeKilled.told2xx": ({ soak }) => whole(soak.figures.edgeKilled.told2xx),
  "soak.edgeKilled.red": ({ soak }) => whole(soak.figures.edgeKilled.redAndRedelivered),
  "soak.edgeKilled.journaled": ({ soak }) => whole(soak.figures.edgeKilled.journaled),
  "soak.agentKilled.deliveries": ({ soak }) => whole(soak.figures.agentKilled.deliveries),
  "soak.agentKilled.journaled": ({ soak }) => whole(soak.figures.agentKilled.journaled),
  "soak.senders.posts": ({ soak }) => whole(soak.figures.senders.posts),
  "soak.senders.rate": ({ soak }) => whole(soak.figures.senders.postsASecond),
  "soak.halfOpen.noticed": ({ soak }) => seconds(soak.figures.halfOpenLink.noticedMs),
  "soak.halfOpen.healed": ({ soak }) => seconds(soak.figures.halfOpenLink.healedMs),
  "soak.vanished.noticed": ({ soak }) => seconds(soak.figures.vanishedAgent.noticedMs),
  "soak.cuts": ({ soak }) => whole(soak.figures.cutLink.cuts),
  "soak.backlog.took": ({ soak }) => seconds(soak.figures.backlog.tookMs),
  "soak.backlog.window": ({ soak }) => whole(soak.figures.backlog.widestWindow),
  "soak.backlog.frame": ({ soak }) => kibibytes(soak.figures.backlog.largestFrameBytes),
  "soak.fuzz.requests": ({ soak }) => whole(soak.figures.fuzz.requests),
};
