import { expect } from "vitest";

import type { DemoPage } from "../../../demo/demo-page.ts";
import { REPOSITORY } from "../../../demo/demo-world.ts";
import { PATIENCE_MS } from "../../../stand-ins/process/patience.ts";
import { openPage } from "./browser.ts";

/** Two jobs for one slot go their way on a page that is opened once, and that asks nobody but its agent. */
export async function followJobs(world: DemoPage): Promise<void> {
  const { github, labels, server } = world;
  const { page, hosts, complaints } = await openPage(server.url);
  await page.evaluate("window.stillTheSame = true");
  page.setDefaultTimeout(PATIENCE_MS);
  const [first, second] = github.queueMatrix({ repository: REPOSITORY, labels, runsForMs: 4000, count: 2 });
  await page.waitForSelector(`#running-${first?.id}, #running-${second?.id}`);
  await page.waitForSelector(`#waiting-${first?.id}, #waiting-${second?.id}`);
  await page.waitForFunction("document.title.startsWith('1 waiting, 1 running')");
  for (const job of [first, second]) await page.waitForSelector(`#recent-${job?.id} .mark.ok:text("Succeeded")`);
  await page.waitForFunction("document.title.startsWith('0 waiting, 0 running')");
  expect(await page.evaluate("window.stillTheSame")).toBe(true);
  expect([...hosts]).toEqual([new URL(server.url).host]);
  expect(complaints).toEqual([]);
}
