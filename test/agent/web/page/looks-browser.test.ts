import { afterAll, describe, expect, test } from "vitest";

import { freshnessOf } from "../../doctor/freshness-sample.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";
import { OPERATOR, webWorld } from "../web-world.ts";
import { axeFindings, closeBrowser, openPage, picture, withoutBrowser } from "./browser.ts";
import { fullStatus } from "./full-status.ts";
import { pageJournal, type PageJournalOptions } from "./page-journal.ts";
import { AT_MS, runningJob, waitingJob } from "./page-status.ts";

afterAll(closeBrowser);

const LOOKS = [1440, 390].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
);

/** A page on which every part is full, for one who may act; where its clock stands still, so do the pictures. */
async function fullPage(journal: PageJournalOptions = { jobs: 200 }) {
  const monotonic = new VirtualClock();
  const world = await webWorld(
    { read: "open" },
    {
      operator: OPERATOR,
      dataFolder: pageJournal(journal),
      edge: () => Promise.resolve(freshnessOf({ now: AT_MS, lastDeliveryAt: AT_MS - 42_000 })),
      clock: { now: () => AT_MS, monotonicMs: () => monotonic.monotonicMs() },
    },
  );
  world.daemon.document = fullStatus();
  world.daemon.swept = world.daemon.document.sweeps.last;
  return world;
}

describe.skipIf(withoutBrowser)("the page in a browser", () => {
  test.each(LOOKS)("$width px, $colorScheme: nothing is cut or overlaps, and axe finds nothing", async (look) => {
    const { server } = await fullPage();
    const { width, colorScheme } = look;
    const { page } = await openPage(server.url, { viewport: { width, height: 900 }, colorScheme, bypassCSP: true });
    await page.waitForSelector(".plot canvas");
    await picture(page, `${width}-${colorScheme}`);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await page.evaluate(MISPLACED)).toEqual([]);
    for (const summary of await page.$$("summary")) await summary.click();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test("the page of a household in which all is well, as the README shows it", async () => {
    const { daemon, server } = await fullPage();
    const { pools, jobs, ...status } = daemon.document;
    const waiting = jobs.waiting.filter(({ mender }) => mender === "time");
    const well = { ...jobs, waitingTotal: waiting.length, waiting };
    daemon.document = { ...status, pools: pools.filter(({ lastFailure }) => lastFailure === null), jobs: well };
    const { page } = await openPage(server.url, { viewport: { width: 1200, height: 1140 } });
    expect(await page.textContent("#headline")).toContain("All is well");
    await picture(page, "readme", false);
  });

  test.each([1440, 390])("%d px: names without end break and stay in their place", async (width) => {
    const endless = "x".repeat(400);
    const { daemon, server } = await fullPage({ jobs: 5, repository: `acme/${endless}`, name: endless });
    const job = { name: endless, repository: `acme/${endless}`, labels: [endless] };
    const jobs = {
      byReason: {},
      waitingTotal: 1,
      waiting: [waitingJob({ ...job, why: endless })],
      runningTotal: 1,
      running: [runningJob({ ...job, slot: endless, pool: endless })],
    };
    daemon.document = { ...daemon.document, jobs };
    const { page } = await openPage(server.url, { viewport: { width, height: 900 } });
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });

  test("what GitHub names stays text, in the document and in what is told later", async () => {
    const hostile = `acme/<img src=x onerror="alert(1)"><script>alert(2)</script>`;
    const { daemon, server } = await fullPage({ jobs: 5, repository: hostile, name: hostile });
    const { page, complaints, hosts } = await openPage(server.url);
    const job = { name: hostile, repository: hostile, labels: [hostile], why: hostile };
    const jobs = {
      byReason: {},
      waitingTotal: 1,
      waiting: [waitingJob({ ...job, jobId: 999 })],
      runningTotal: 0,
      running: [],
    };
    daemon.document = { ...daemon.document, jobs };
    daemon.becomes({});
    await page.waitForSelector("#waiting-999");
    expect(await page.textContent("#waiting-999 th")).toContain(hostile);
    expect(await page.textContent("#recent")).toContain(hostile);
    expect(await page.$$("main img, main script")).toEqual([]);
    expect({ complaints, hosts: hosts.size }).toEqual({ complaints: [], hosts: 1 });
  });

  test("every control is reached by the keyboard, in the order of the page, and is seen to be", async () => {
    const { server } = await fullPage();
    const { page } = await openPage(server.url);
    const controls = await page.evaluate(CONTROLS);
    const reached: unknown[] = [];
    for (let step = 0; step < (controls as readonly string[]).length; step += 1) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(FOCUSED));
    }
    expect(reached).toEqual((controls as readonly string[]).map((control) => ({ control, isSeen: true })));
  });

  test("what has the focus keeps it, and what is unfolded stays so, when the page is told of a change", async () => {
    const { daemon, server } = await fullPage();
    const { page } = await openPage(server.url);
    await page.focus("#waiting-72 a");
    await page.click("#table-days summary");
    await page.focus("#waiting-72 a");
    const [, second, third] = daemon.document.jobs.waiting;
    const first = waitingJob({ jobId: 72, name: "train" });
    const waiting = [waitingJob({ jobId: 70, name: "new" }), ...(third === undefined ? [] : [third]), first].concat(
      second ?? [],
    );
    daemon.document = { ...daemon.document, jobs: { ...daemon.document.jobs, waiting } };
    daemon.becomes({});
    await page.waitForSelector("#waiting-70");
    expect(await page.evaluate("document.activeElement.closest('tr')?.id")).toBe("waiting-72");
    expect(await page.evaluate("document.querySelector('#table-days').open")).toBe(true);
    const rows = await page.$$eval("#waiting tbody tr", (all) => all.map(({ id }) => id));
    expect(rows).toEqual(waiting.map(({ jobId }) => `waiting-${jobId}`));
  });

  test.each([true, false])("a form acts and says so, with JavaScript: %s", async (javaScriptEnabled) => {
    const { daemon, server } = await fullPage();
    const httpCredentials = { username: "me", password: OPERATOR };
    const { page } = await openPage(server.url, { javaScriptEnabled, httpCredentials });
    await page.click("#acts button:has-text('Pause for an hour')");
    await page.waitForSelector(".done:has-text('Done: Pause')");
    expect(daemon.held.operatorPause).toMatchObject({ untilMs: 60 * 60_000 });
    await page.click("#acts button:has-text('Resume')");
    await page.waitForSelector(".done:has-text('Done: Resume')");
    expect(daemon.held.operatorPause).toBeNull();
    expect(await page.textContent("#acts")).toContain("127.0.0.1");
  });

  test("without JavaScript the page says the same, tables of the charts included", async () => {
    const { server } = await fullPage();
    const { page } = await openPage(server.url, { javaScriptEnabled: false });
    expect(await page.textContent("#waiting")).toContain("Every slot of arm-builders is taken");
    expect(await page.textContent("#table-days")).toContain("2026-11-30");
    await page.click("#table-days summary");
    expect(await page.isVisible("#table-days table")).toBe(true);
  });
});

const SHOWN = `const shown = (element) => element.getClientRects().length > 0 && !element.closest(".unseen, .skip, .plot")`;

/** Texts that are cut off by their own box, and neighbours that lie upon each other. */
const MISPLACED = `(() => {
  ${SHOWN};
  const wrong = [];
  for (const element of document.querySelectorAll("h1, h2, h3, p, dt, dd, th, td, li, a, code, .mark, time, summary, button")) {
    if (!shown(element)) continue;
    const { left, right } = element.getBoundingClientRect();
    if (left < 0 || right > innerWidth + 0.5) wrong.push("outside: " + element.textContent.trim().slice(0, 40));
    if (getComputedStyle(element).display !== "inline" && element.scrollWidth > element.clientWidth + 1)
      wrong.push("cut: " + element.tagName + " " + element.textContent.trim().slice(0, 40));
  }
  const area = (a, b) => Math.max(0, Math.min(a.right, b.right) - Math.max(a.left, b.left)) *
    Math.max(0, Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  for (const parent of document.querySelectorAll("body, header, main, section, tr, dl, ol, .charts, figure, td, .headline")) {
    const children = [...parent.children].filter(shown);
    for (const [at, child] of children.entries())
      for (const other of children.slice(at + 1))
        if (area(child.getBoundingClientRect(), other.getBoundingClientRect()) > 2)
          wrong.push("overlap: " + child.textContent.trim().slice(0, 30) + " / " + other.textContent.trim().slice(0, 30));
  }
  return wrong;
})()`;

const NAME = `const nameOf = (element) => element.tagName + " " + (element.getAttribute("href") ?? element.id) + " " + element.textContent.trim()`;

const CONTROLS = `(() => {
  ${NAME};
  return [...document.querySelectorAll("a[href], button, summary, input, select")]
    .filter((element) => element.getClientRects().length > 0).map(nameOf);
})()`;

const FOCUSED = `(() => {
  ${NAME};
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return { control: nameOf(document.activeElement), isSeen: outlineStyle !== "none" && outlineWidth !== "0px" };
})()`;
