import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { figure } from "../bench/figure.ts";
import { readDown, readUp } from "../../shared/link/codec.ts";
import { WINDOW } from "../../shared/link/protocol.ts";
import { startLocalEdge } from "../stand-ins/edge/local-edge.ts";
import { ChaosProxy } from "./chaos-proxy.ts";
import { post, type Sent } from "./github-sender.ts";
import { JournalAgent, journaled } from "./journal-agent.ts";
import { freshness, scratch, SECRETS, shuffled, until } from "./soak-kit.ts";

const SENDERS = 20;
const EACH = 200;
const COPIES = 3;
const CUTS = 10;

test("X4 D2 promise 2: twenty senders, 4,000 deliveries of three copies each, ten link cuts: each numbered once, acknowledged once, in order", async () => {
  using folder = scratch();
  const edge = await startLocalEdge(SECRETS);
  const proxy = await ChaosProxy.start(edge.port);
  const acks: number[] = [];
  const agent = new JournalAgent({
    edgeUrl: proxy.url,
    token: SECRETS.token,
    folder: folder.path,
    boot: "one",
    watch: {
      up: (text) => {
        const read = readUp(text);
        if (read.kind === "frame" && read.frame.type === "ack") acks.push(read.frame.upTo);
      },
    },
  });
  agent.start();
  try {
    const startedAtMs = performance.now();
    const total = SENDERS * EACH * COPIES;
    const answers: Sent[] = [];
    let cuts = 0;
    // Each connection is cut once: one that is cut already looks connected until its end arrives.
    const isCutDue = (): boolean => cuts < CUTS && answers.length >= (total / (CUTS + 1)) * (cuts + 1);
    const send = async (sender: number): Promise<void> => {
      const guids = Array.from({ length: EACH }, () => randomUUID());
      const copies = guids.flatMap((guid, n) =>
        Array.from({ length: COPIES }, () => ({ guid, job: sender * EACH + n })),
      );
      for (const { guid, job } of shuffled(copies)) {
        answers.push(await post(edge.webhookUrl, SECRETS.webhookSecret, job, guid));
        if (!isCutDue()) continue;
        await until("the link to be up again", 60_000, async () => agent.welcomes > cuts);
        if (!isCutDue() || agent.welcomes <= cuts) continue;
        cuts += 1;
        proxy.cut();
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)));
    const sentMs = performance.now() - startedAtMs;
    expect(answers.every(({ status }) => status === 202)).toBe(true);
    const seqs = new Map<string, Set<number | null>>();
    for (const { guid, seq } of answers) seqs.set(guid, (seqs.get(guid) ?? new Set()).add(seq));
    expect([...seqs.values()].every((each) => each.size === 1)).toBe(true);
    const numbers = [...seqs.values()].flatMap((each) => [...each]).toSorted((a, b) => Number(a) - Number(b));
    expect(numbers).toEqual(Array.from({ length: SENDERS * EACH }, (_, n) => n + 1));
    await until("everything acknowledged", 60_000, async () => (await freshness(edge.url)).unacked === 0);
    const bySeq = [...seqs].toSorted(([, a], [, b]) => Number([...a][0]) - Number([...b][0])).map(([guid]) => guid);
    expect(agent.fresh).toEqual(bySeq);
    expect(journaled(folder.path)).toEqual(bySeq);
    expect(acks.every((upTo, n) => n === 0 || upTo >= (acks[n - 1] ?? 0))).toBe(true);
    expect(acks.at(-1)).toBe(SENDERS * EACH);
    // The last cut may come when all is acknowledged already: only copies were still on the way.
    await until("the link to be up after the last cut", 60_000, () => agent.welcomes > CUTS);
    expect([cuts, agent.welcomes]).toEqual([CUTS, CUTS + 1]);
    figure("senders", {
      posts: total,
      postsASecond: Math.round((total / sentMs) * 1000),
      connections: agent.welcomes,
      cuts,
    });
  } finally {
    agent.stop();
    await proxy.close();
    await edge.close();
  }
});

test("D11 L3 D13 10,000 signals wait while the agent is off: within the window, marked as replay, in order, none lost", async () => {
  using folder = scratch();
  const edge = await startLocalEdge(SECRETS);
  const waiting = 10_000;
  try {
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < waiting) {
        const sent = await post(edge.webhookUrl, SECRETS.webhookSecret, (next += 1));
        expect(sent.status).toBe(202);
      }
    };
    await Promise.all(Array.from({ length: 20 }, sender));
    expect((await freshness(edge.url)).unacked).toBe(waiting);
    const seen = { seqs: [] as number[], acked: 0, widest: 0, live: 0, largest: 0 };
    const agent = new JournalAgent({
      edgeUrl: edge.url,
      token: SECRETS.token,
      folder: folder.path,
      boot: "one",
      watch: {
        down: (text) => {
          seen.largest = Math.max(seen.largest, text.length);
          const read = readDown(text);
          if (read.kind !== "frame" || read.frame.type !== "batch") return;
          if (!read.frame.replay) seen.live += 1;
          seen.seqs.push(...read.frame.signals.map(({ seq }) => seq));
          seen.widest = Math.max(seen.widest, (seen.seqs.at(-1) ?? 0) - seen.acked);
        },
        up: (text) => {
          const read = readUp(text);
          if (read.kind === "frame" && read.frame.type === "ack") seen.acked = read.frame.upTo;
        },
      },
    });
    const memoryBefore = process.memoryUsage().rss;
    agent.start();
    const tookMs = await until("the backlog is taken", 120_000, () => agent.fresh.length === waiting);
    agent.stop();
    expect(seen.seqs).toEqual(Array.from({ length: waiting }, (_, n) => n + 1));
    expect(seen.widest).toBeLessThanOrEqual(WINDOW);
    expect(seen.live).toBe(0);
    expect(seen.largest).toBeLessThanOrEqual(256 * 1024);
    const grownMiB = Math.round((process.memoryUsage().rss - memoryBefore) / 2 ** 20);
    expect(grownMiB).toBeLessThan(200);
    figure("backlog", {
      signals: waiting,
      tookMs,
      widestWindow: seen.widest,
      largestFrameBytes: seen.largest,
      grownMiB,
    });
  } finally {
    await edge.close();
  }
});
