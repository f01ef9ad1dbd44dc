import type { FiguresOf } from "../../config/build/figures.ts";
import { StandaloneProcess, TOKEN, WEBHOOK_SECRET } from "../agent/standalone/standalone-process.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import { costOfStrangers, type Door } from "./strangers.ts";
import type { Measured } from "./measured.ts";
import { mebibytes } from "./process-memory.ts";

type Cost = FiguresOf<"connections">["worker"];

const MOST: Cost = { piecesKib: 10 * 1024, slowDelayMs: 100, dripMs: 10_000, crowdKib: 128 * 1024 };

/** What strangers cost the Worker in workerd and the standalone receiver, on loopback. Ends by itself within two minutes. */
export async function benchConnections(): Promise<Measured<"connections">> {
  const figures = { worker: await onTheWorker(), standalone: await onTheStandalone() };
  const lines = Object.entries(figures).map(([name, cost]) => textOf(name, cost));
  const ok = Object.values(figures).every((cost) => isWithinBounds(cost));
  return { figures, text: `${lines.join("")}${ok ? "ok" : "OVER"}\n`, ok };
}

async function onTheWorker(): Promise<Cost> {
  const edge = await EdgeProcess.start({ webhookSecret: WEBHOOK_SECRET, token: TOKEN });
  try {
    return await costOfStrangers(doorOf(edge.url, edge.pid));
  } finally {
    await edge.close();
  }
}

async function onTheStandalone(): Promise<Cost> {
  const receiver = await StandaloneProcess.create();
  try {
    await receiver.start();
    return await costOfStrangers(doorOf(receiver.url, receiver.pid));
  } finally {
    await receiver.close();
  }
}

function doorOf(url: string, pid: number | null): Door {
  if (pid === null) throw new Error("the server has no process");
  return { url, pid, secret: WEBHOOK_SECRET };
}

function isWithinBounds(cost: Cost): boolean {
  return (Object.keys(MOST) as (keyof Cost)[]).every((name) => cost[name] <= MOST[name]);
}

function textOf(name: string, { piecesKib, slowDelayMs, dripMs, crowdKib }: Cost): string {
  return `${name}
  a megabyte in one-byte pieces, unsigned   ${mebibytes(piecesKib)} MiB of memory (at most ${mebibytes(MOST.piecesKib)})
  a signed delivery beside 200 slow ones    ${slowDelayMs.toFixed(0)} ms later (at most ${MOST.slowDelayMs})
  a body that drips is ended after          ${(dripMs / 1000).toFixed(1)} s (at most ${MOST.dripMs / 1000})
  128 unsigned bodies of 1 MiB that stall   ${mebibytes(crowdKib)} MiB of memory (at most ${mebibytes(MOST.crowdKib)})
`;
}
