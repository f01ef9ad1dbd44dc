import { join } from "node:path";

import { expect, test } from "vitest";

import { figure } from "../bench/figure.ts";
import { EdgeProcess } from "../stand-ins/edge/edge-process.ts";
import { ChildProcessGroup } from "../stand-ins/process/child-process-group.ts";
import { post, type Sent } from "./github-sender.ts";
import { JournalAgent, journaled } from "./journal-agent.ts";
import { freshness, scratch, SECRETS, until } from "./soak-kit.ts";

const A_SECOND = 50;
const KILLS = 20;

/** GitHub sends so many jobs a second, come what may; what was red is redelivered at the end, as a sweep would have it. */
class Stream {
  readonly #url: string;
  readonly #sent: Promise<Sent>[] = [];
  #timer: ReturnType<typeof setInterval> | null = null;

  constructor(webhookUrl: string) {
    this.#url = webhookUrl;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sent.push(post(this.#url, SECRETS.webhookSecret, this.#sent.length + 1));
    }, 1000 / A_SECOND);
  }

  get count(): number {
    return this.#sent.length;
  }

  /** Ends the stream; what GitHub was told, and what is stored after the red ones were sent again. */
  async end(): Promise<{ readonly told: readonly Sent[]; readonly red: number; readonly all: readonly string[] }> {
    if (this.#timer !== null) clearInterval(this.#timer);
    const sent = await Promise.all(this.#sent);
    const red = sent.flatMap((each, n) => (each.status === 202 ? [] : [{ ...each, job: n + 1 }]));
    for (const { guid, job } of red) {
      await until(`${guid} is stored`, 30_000, async () => {
        const again = await post(this.#url, SECRETS.webhookSecret, job, guid);
        return again.status === 202;
      });
    }
    return { told: sent.filter(({ status }) => status === 202), red: red.length, all: sent.map(({ guid }) => guid) };
  }
}

test("X2 D5 promises 1 to 3: workerd is killed twenty times in a stream of 50 a second: what GitHub was told is what the agent has", async () => {
  using folder = scratch();
  const edge = await EdgeProcess.start(SECRETS);
  const agent = new JournalAgent({ edgeUrl: edge.url, token: SECRETS.token, folder: folder.path, boot: "one" });
  agent.start();
  const stream = new Stream(edge.webhookUrl);
  try {
    stream.start();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const goal = stream.count + 60;
      await until("the stream goes on", 30_000, () => stream.count >= goal && agent.fresh.length > 0);
      await edge.kill();
      await edge.restart();
    }
    const { told, red, all } = await stream.end();
    await until("everything journaled", 60_000, async () => (await freshness(edge.url)).unacked === 0);
    const taken = journaled(folder.path);
    expect(taken.toSorted()).toEqual([...all].toSorted());
    const known = new Set(taken);
    expect(told.filter(({ guid }) => !known.has(guid))).toEqual([]);
    expect(agent.fresh.toSorted()).toEqual(taken.toSorted());
    figure("edgeKilled", {
      kills: KILLS,
      deliveries: all.length,
      told2xx: told.length,
      redAndRedelivered: red,
      journaled: taken.length,
    });
  } finally {
    agent.stop();
    await edge.close();
  }
});

test("X2 D8 promise 3: the agent is killed twenty times in a stream of 50 a second: each signal is in its journal once", async () => {
  using folder = scratch();
  const edge = await EdgeProcess.start(SECRETS);
  const env = { AGENT_EDGE: edge.url, AGENT_TOKEN: SECRETS.token, AGENT_FOLDER: folder.path };
  const startAgent = (): ChildProcessGroup =>
    ChildProcessGroup.node(join(import.meta.dirname, "agent-main.ts"), [], env);
  let agent = startAgent();
  const stream = new Stream(edge.webhookUrl);
  try {
    stream.start();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const { fence } = (await freshness(edge.url)).agent;
      await until("the agent is connected", 30_000, async () => {
        const { connected, fence: now } = (await freshness(edge.url)).agent;
        return connected && (kill === 0 || now >= fence) && now > kill;
      });
      const goal = stream.count + 10 + Math.floor(Math.random() * 30);
      await until("the stream goes on", 30_000, () => stream.count >= goal);
      await agent.kill("SIGKILL");
      agent = startAgent();
    }
    const { told, red, all } = await stream.end();
    await until("everything journaled", 60_000, async () => (await freshness(edge.url)).unacked === 0);
    await agent.kill("SIGKILL");
    const taken = journaled(folder.path);
    expect(red).toBe(0);
    expect(taken.toSorted()).toEqual([...all].toSorted());
    figure("agentKilled", { kills: KILLS, deliveries: all.length, told2xx: told.length, journaled: taken.length });
  } finally {
    await agent.kill("SIGKILL");
    await edge.close();
  }
});
