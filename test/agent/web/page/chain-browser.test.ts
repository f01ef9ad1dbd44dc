import { afterAll, expect, test } from "vitest";

import { systemClock } from "../../../../agent/clock/system-clock.ts";
import { daemonOf } from "../../../../agent/daemon/daemon-of.ts";
import { NodeSql } from "../../../../agent/sqlite/node-sql.ts";
import { startWeb } from "../../../../agent/web/start-web.ts";
import { silentLogger } from "../../../../shared/log/logger.ts";
import { REPOSITORY, startDemoWorld } from "../../../demo/demo-world.ts";
import { CuttableRelay } from "../../../stand-ins/network/cuttable-relay.ts";
import { patience, PATIENCE_MS } from "../../../stand-ins/process/patience.ts";
import { closeBrowser, openPage, withoutBrowser } from "./browser.ts";

afterAll(closeBrowser);

/** The page of the demo's agent: the real Worker, a GitHub on loopback, and slots in this process. */
async function pageOfDemo(standalone = false) {
  const stack = new AsyncDisposableStack();
  let relay: CuttableRelay | null = null;
  const world = await startDemoWorld({
    docker: false,
    standalone,
    maxSlots: 1,
    relay: async (url) => (relay = stack.use(await CuttableRelay.start(url))).url,
  });
  stack.defer(() => world.close());
  const server = await startWeb({
    http: { listen: { host: "127.0.0.1", port: 0 }, token: null, operatorToken: null, read: "open", hosts: [] },
    token: null,
    operatorToken: null,
    daemon: daemonOf({ agent: world.agent, fleetFile: null, secrets: null }),
    githubApiUrl: world.env["GITHUB_API_URL"] ?? "",
    dataFolder: world.env["HOOKLINE_DATA"] ?? "",
    journalSql: new NodeSql(":memory:"),
    edge: null,
    deadLetters: null,
    examine: null,
    clock: systemClock,
    log: silentLogger,
  });
  stack.defer(() => server.close());
  const link = (): CuttableRelay => {
    if (relay === null) throw new Error("there is no link that could be cut");
    return relay;
  };
  return { ...world, server, link, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test.skipIf(withoutBrowser)("a job moves from waiting to running to done on an open page", async () => {
  await using world = await pageOfDemo();
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
});

test.skipIf(withoutBrowser)("a link that is cut is red on an open page, and heals", async () => {
  await using world = await pageOfDemo();
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
  await using world = await pageOfDemo(true);
  const { page } = await openPage(world.server.url);
  await world.server.close();
  await page.waitForSelector("#live.bad");
  expect(await page.textContent("#live")).toContain("does not answer");
});
