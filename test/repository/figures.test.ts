import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import { allPages, figuresOf, withFigures, withoutFigures } from "../../config/build/figure-pages.ts";
import { FIGURE_TEXTS } from "../../config/build/figure-texts.ts";
import { readFigures } from "../../config/build/figures.ts";
import { DELIVERIES_A_JOB, freePlan } from "../../config/build/free-plan.ts";
import { FREE_PLAN } from "../../shared/mailbox/usage.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { BROKEN_WORLDS } from "../agent/doctor/broken-worlds.ts";
import { bundleWorker } from "../stand-ins/edge/bundle-worker.ts";
import { read } from "./files.ts";

const recorded = readFigures();
const pages = allPages();

test.each(pages)("%s shows the figures that are recorded", (page) => {
  expect(read(page), "run: pnpm generate").toBe(withFigures(read(page), recorded));
});

test("every figure that a page may show is shown by one", () => {
  const shown = new Set(pages.flatMap((page) => figuresOf(read(page))));
  expect(Object.keys(FIGURE_TEXTS).filter((name) => !shown.has(name))).toEqual([]);
});

/** Texts that say enough to be recognized: 16,374 is nobody else's number, 40 is. */
const TELLING = Object.entries(FIGURE_TEXTS).flatMap(([name, textOf]) => {
  const text = textOf(recorded);
  return /\d[\d,.]{3,}/.test(text) && !/date|machine|transcript|thousandJobs|soak\.senders\.posts|fuzz/.test(name)
    ? [[name, text] as const]
    : [];
});

test("no page says a recorded figure without its marker, where it would grow old", () => {
  expect(TELLING.length).toBeGreaterThan(10);
  for (const page of pages) {
    const text = withoutFigures(read(page));
    for (const [name, figure] of TELLING) expect(text, `${page} says ${name}`).not.toContain(figure);
  }
});

test("the sums hold as they are printed", () => {
  const plan = freePlan(recorded.edge.figures);
  expect(plan.deliveriesByRowsWritten).toBe(
    Math.floor((FREE_PLAN.rowsWritten - plan.beside.rowsWritten) / plan.rowsWritten),
  );
  expect(plan.deliveriesByRowsRead).toBe(Math.floor((FREE_PLAN.rowsRead - plan.beside.rowsRead) / plan.rowsRead));
  expect(plan.deliveriesByRequests).toBe(Math.floor((FREE_PLAN.requests - plan.beside.requests) / plan.requests));
  expect(plan.jobs).toBe(Math.floor(plan.deliveriesByRowsWritten / DELIVERIES_A_JOB));
  expect(plan.beside.requests).toBe(plan.reconnects.requests + plan.monitor.requests);
});

/** A size may move by one in twenty before it has to be recorded anew. */
function expectAbout(bytes: number, recordedBytes: number, bench: string): void {
  expect(Math.abs(bytes / recordedBytes - 1), `${bytes} bytes; run: pnpm bench --record ${bench}`).toBeLessThan(0.05);
}

test("what the daemon loads is as large as the pages say", async () => {
  const { daemonBytes } = await bundleAgent(join(temporaryFolder(), "program"));
  expectAbout(daemonBytes, recorded.agent.figures.bundleBytes, "agent");
});

test("the Worker is as large, as it is deployed, as the pages say", async () => {
  const code = Buffer.from(await bundleWorker());
  expectAbout(code.length, recorded.edge.figures.bytes, "edge");
  expectAbout(gzipSync(code).length, recorded.edge.figures.gzipBytes, "edge");
});

test("the doctor is tested in as many broken worlds as the pages say", () => {
  const worlds = BROKEN_WORLDS.flatMap(([, rows]) => rows);
  expect(worlds.length, "run: pnpm bench --record doctor").toBe(recorded.doctor.figures.brokenWorlds);
});
