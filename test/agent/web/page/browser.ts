import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

import { chromiumRequired, findChromium } from "../../../stand-ins/browser/chromium.ts";

const program = findChromium();

/** Whether the tests in a browser are left out: there is none, and nobody requires one. */
export const withoutBrowser = program === null && !chromiumRequired;
if (withoutBrowser) process.stderr.write("chromium is not installed: the tests of the page in a browser are skipped\n");

/** Where pictures of the page go; git does not look there. */
const PICTURES = join(import.meta.dirname, "../../../../test-results/page");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Promise<Browser> | null = null;

/** One browser for all tests of a file. */
function started(): Promise<Browser> {
  return (browser ??= chromium.launch({ executablePath: program ?? "chromium" }));
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.close();
  browser = null;
}

export interface OpenedPage {
  readonly page: Page;
  /** Hosts that were asked for anything. */
  readonly hosts: ReadonlySet<string>;
  /** What the page complained of: refused by its policy, thrown by its script. */
  readonly complaints: readonly string[];
}

/** The page of an agent in a new window, once it follows what happens. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await (await started()).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const hosts = new Set<string>();
  const complaints: string[] = [];
  page.on("request", (request) => hosts.add(new URL(request.url()).host));
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("#live.ok");
  return { page, hosts, complaints };
}

/** What axe finds wrong with a page, a line each. The page has to let scripts of others in: `bypassCSP`. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const run = `axe.run().then(({ violations }) => violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => id + " " + target.join(" ") + ": " + failureSummary)))`;
  return page.evaluate<readonly string[]>(run);
}

/** Takes a picture of the whole page, or of what is seen of it at first, for people to look at. */
export async function picture(page: Page, name: string, fullPage = true): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage });
}
