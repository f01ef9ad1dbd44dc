import { expect, test } from "vitest";

import { figure } from "../bench/figure.ts";
import { startLocalEdge, type LocalEdge } from "../stand-ins/edge/local-edge.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { post } from "./github-sender.ts";
import { JournalAgent, journaled } from "./journal-agent.ts";
import { freshness, scratch, SECRETS, until } from "./soak-kit.ts";

/** An edge, an agent and bad weather between them. */
async function withWeather(
  work: (parts: {
    edge: LocalEdge;
    proxy: ChaosProxy;
    agent: JournalAgent;
    folder: string;
    deliver: (count: number) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  using folder = scratch();
  const edge = await startLocalEdge(SECRETS);
  const proxy = await ChaosProxy.start(edge.port);
  const agent = new JournalAgent({ edgeUrl: proxy.url, token: SECRETS.token, folder: folder.path, boot: "one" });
  let job = 0;
  const deliver = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n += 1) {
      const sent = await post(edge.webhookUrl, SECRETS.webhookSecret, (job += 1));
      expect(sent.status).toBe(202);
    }
  };
  try {
    agent.start();
    await until("connected", 10_000, () => agent.connected);
    await work({ edge, proxy, agent, folder: folder.path, deliver });
    await until("everything acknowledged", 60_000, async () => (await freshness(edge.url)).unacked === 0);
    expect(journaled(folder.path)).toHaveLength(job);
    expect(new Set(agent.fresh).size).toBe(job);
  } finally {
    agent.stop();
    await proxy.close();
    await edge.close();
  }
}

test("L1 X3 a path that dies without a word is noticed by the agent within 45 s, and one live link stands afterwards", async () => {
  await withWeather(async ({ edge, proxy, agent, deliver }) => {
    await deliver(3);
    await until("taken", 5000, () => agent.fresh.length === 3);
    const { fence } = (await freshness(edge.url)).agent;
    proxy.weather = { blackHole: true };
    const deadAtMs = performance.now();
    await deliver(5);
    await until("the agent gave the link up", 47_000, () => !agent.connected);
    const noticedMs = Math.round(performance.now() - deadAtMs);
    proxy.weather = {};
    const healedMs = await until("the agent is back", 35_000, () => agent.connected);
    await until("the rest came", 5000, () => agent.fresh.length === 8);
    const after = (await freshness(edge.url)).agent;
    expect(after).toMatchObject({ connected: true, fence: fence + 1 });
    expect(noticedMs).toBeLessThanOrEqual(46_000);
    figure("halfOpenLink", { noticedMs, healedMs });
  });
});

test("L1 X3 an agent that vanished without a word is off the edge's books within 90 s while something is unacknowledged", async () => {
  using folder = scratch();
  const edge = await startLocalEdge(SECRETS);
  const proxy = await ChaosProxy.start(edge.port);
  const agent = new JournalAgent({ edgeUrl: proxy.url, token: SECRETS.token, folder: folder.path, boot: "one" });
  try {
    agent.start();
    await until("connected", 10_000, () => agent.connected);
    const before = proxy.open;
    proxy.weather = { blackHole: true };
    const goneAtMs = performance.now();
    agent.stop();
    const sent = await post(edge.webhookUrl, SECRETS.webhookSecret, 1);
    expect(sent.status).toBe(202);
    expect((await freshness(edge.url)).agent.connected).toBe(true);
    await until("the edge counts the link as down", 95_000, async () => !(await freshness(edge.url)).agent.connected);
    const noticedMs = Math.round(performance.now() - goneAtMs);
    await until("the edge closed the socket", 10_000, () => proxy.open < before);
    const closedMs = Math.round(performance.now() - goneAtMs);
    expect(noticedMs).toBeLessThanOrEqual(92_000);
    figure("vanishedAgent", { noticedMs, socketClosedMs: closedMs });
  } finally {
    await proxy.close();
    await edge.close();
  }
});

test("a link that is slow and torn into pieces of seven bytes delivers everything, in order, without a redial", async () => {
  await withWeather(async ({ edge, proxy, agent, deliver }) => {
    proxy.weather = { delayMs: 30, tearBytes: 7 };
    await deliver(100);
    await until("all came", 60_000, () => agent.fresh.length === 100);
    expect((await freshness(edge.url)).agent.fence).toBe(1);
  });
});

test("L2 a link that is cut at any byte of any frame loses nothing and doubles nothing", async () => {
  const cuts = 40;
  await withWeather(async ({ proxy, agent, deliver }) => {
    for (let cut = 0; cut < cuts; cut += 1) {
      await until("connected", 30_000, () => agent.connected);
      const before = proxy.connections;
      // A batch of one signal has some 700 bytes, an upgrade some 200.
      proxy.cutAfter(1 + Math.floor((cut * 2111) / cuts));
      while (proxy.connections === before) {
        await deliver(1);
        if (!agent.connected) await until("dialled again", 30_000, () => proxy.connections > before);
      }
    }
    figure("cutLink", { cuts, connections: proxy.connections });
  });
});

test("L7 a link that is down for long comes back by itself, without a restart", async () => {
  await withWeather(async ({ proxy, agent, deliver }) => {
    proxy.refuses = true;
    proxy.cut();
    await until("down", 5000, () => !agent.connected);
    await deliver(200);
    expect(agent.fresh).toEqual([]);
    proxy.refuses = false;
    await until("back", 35_000, () => agent.connected);
    await until("all came", 5000, () => agent.fresh.length === 200);
  });
});
