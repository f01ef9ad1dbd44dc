import { join } from "node:path";

import { describe, expect, onTestFinished, test } from "vitest";

import { guid } from "../samples/signal.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { agentOfRelease, releaseBefore, workerOfRelease } from "../stand-ins/releases/frozen-release.ts";
import { nextWorker } from "../stand-ins/releases/next-worker.ts";
import { guidsInJournal, UpgradeWorld } from "./upgrade-world.ts";

/** Deliveries that each Worker stores before it is replaced. */
const EACH = 8;
const THIS = undefined;

async function loaded(): Promise<UpgradeWorld> {
  const world = await UpgradeWorld.create();
  onTestFinished(async () => void (await world.stopLoad()));
  return world;
}

/** Workers one after the other on one mailbox while deliveries come; each goes on until the agent has some of its own. */
async function through(
  world: UpgradeWorld,
  workers: readonly (string | undefined)[],
  has: () => number,
): Promise<readonly string[]> {
  let guids: readonly string[] = [];
  for (const [at, worker] of workers.entries()) {
    await world.serving(worker, async () => {
      if (at === 0) world.startLoad();
      const before = { stored: world.delivered, taken: has() };
      await expect.poll(() => world.delivered - before.stored).toBeGreaterThan(EACH);
      await expect.poll(() => has() - before.taken).toBeGreaterThan(EACH);
      if (at < workers.length - 1) return;
      guids = await world.stopLoad();
      await expect.poll(() => has()).toBeGreaterThanOrEqual(guids.length);
    });
  }
  return guids;
}

describe(`between release ${releaseBefore()} and this version, under load,`, () => {
  test("E-10: an upgrade of the edge, a rollback and an upgrade again lose nothing of this agent, and double nothing", async () => {
    const world = await loaded();
    const client = world.client();
    onTestFinished(() => client.stop());
    client.start();
    const guids = await through(world, [workerOfRelease(), THIS, workerOfRelease(), THIS], () => client.taken.length);
    expect(client.taken.toSorted()).toEqual(guids);
    expect(new Set(client.protocols)).toEqual(new Set([1, 2]));
  });

  test("E-10: nor of an agent of that release, which is then upgraded itself", async () => {
    const world = await loaded();
    const agent = world.agent(agentOfRelease(temporaryFolder()));
    onTestFinished(() => agent.close());
    agent.start();
    const data = agent.env["HOOKLINE_DATA"] ?? "";
    await agent.waitForLine(/"msg":"link down"|"msg":"link up"/);
    const workers = [workerOfRelease(), THIS, workerOfRelease()];
    const guids = await through(world, workers, () => guidsInJournal(data).length);
    expect(guidsInJournal(data)).toEqual(guids);
    await agent.stop();

    await world.serving(THIS, async () => {
      const next = guids.length + 1;
      expect(await world.deliver(next)).toBe(202);
      agent.start(join(import.meta.dirname, "../../agent/main.ts"));
      await expect.poll(() => guidsInJournal(data).length).toBe(next);
    });
  });
});

describe("between this version and the next one", () => {
  test("E-10: what the next only adds to the schema stays where it is through a rollback, and nothing is lost", async () => {
    const world = await loaded();
    const client = world.client();
    onTestFinished(() => client.stop());
    client.start();
    const next = await nextWorker("ADDITIONS", "CREATE TABLE later (one INTEGER PRIMARY KEY) STRICT");
    const guids = await through(world, [THIS, next, THIS, next], () => client.taken.length);
    expect(client.taken.toSorted()).toEqual(guids);
  });

  test("E-10: behind a migration that this version cannot read, it says so and touches nothing; the next goes on", async () => {
    const world = await loaded();
    const client = world.client();
    onTestFinished(() => client.stop());
    client.start();
    const next = await nextWorker("MIGRATIONS", "CREATE TABLE later (one INTEGER PRIMARY KEY) STRICT");
    await world.serving(THIS, async () => expect(await world.deliver(1)).toBe(202));
    await world.serving(next, async () => {
      expect(await world.deliver(2)).toBe(202);
      await expect.poll(() => client.taken).toEqual([1, 2].map(guid));
    });
    const why = /The mailbox has schema \d+, this code knows \d+; deploy the newer version/;
    await world.serving(THIS, async () => {
      expect(await world.deliver(3)).toBe(503);
      const answer = await world.ask("/freshness");
      expect([answer.status, await answer.json()]).toEqual([
        503,
        expect.objectContaining({ reason: expect.stringMatching(why) }),
      ]);
      await expect.poll(() => client.endings).toContainEqual(expect.stringMatching(why));
    });
    await world.serving(next, async () => {
      expect(await world.deliver(3)).toBe(202);
      await expect.poll(() => client.taken).toEqual([1, 2, 3].map(guid));
    });
  });
});
