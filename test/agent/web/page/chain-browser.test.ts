import { afterAll, expect, test } from "vitest";

import { startDemoPage } from "../../../demo/demo-page.ts";
import { patience, PATIENCE_MS } from "../../../stand-ins/process/patience.ts";
import { closeBrowser, openPage, withoutBrowser } from "./browser.ts";
import { followJobs } from "./follow-jobs.ts";

afterAll(closeBrowser);

test.skipIf(withoutBrowser)("a job moves from waiting to running to done on an open page", async () => {
  await using world = await startDemoPage();
  await followJobs(world);
});

test.skipIf(withoutBrowser)("a link that is cut is red on an open page, and heals", async () => {
  await using world = await startDemoPage();
  const { page } = await openPage(world.server.url);
  page.setDefaultTimeout(PATIENCE_MS);
  await page.waitForSelector("#link-link.ok");
  const noticed = world.agent.waitFor(({ connected }) => !connected, patience()).then(() => performance.now());
  world.link().cut();
  await page.waitForSelector("#link-link.bad");
  expect(await page.textContent("#headline")).toContain("The link to the edge is down");
  world.link().mend();
  await page.waitForSelector("#link-link.ok");
  await page.waitForFunction("document.querySelector('#headline').textContent.includes('All is well')");
  await noticed;
});

test.skipIf(withoutBrowser)("an agent that ends is told of by the page that it leaves behind", async () => {
  await using world = await startDemoPage({ standalone: true });
  const { page } = await openPage(world.server.url);
  await world.server.close();
  await page.waitForSelector("#live.bad");
  expect(await page.textContent("#live")).toContain("does not answer");
});
