import { onTestFinished } from "vitest";

import { Agent } from "../../../../agent/daemon/agent.ts";
import { credentialOf } from "../../../../agent/daemon/credential-of.ts";
import { daemonOf } from "../../../../agent/daemon/daemon-of.ts";
import { askFreshness } from "../../../../agent/edge/ask-freshness.ts";
import { EdgeWatch } from "../../../../agent/edge/edge-watch.ts";
import { serveHttp } from "../../../../agent/http/http-server.ts";
import { NodeSql } from "../../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../../agent/standalone/receiver-app.ts";
import { startWeb } from "../../../../agent/web/start-web.ts";
import { silentLogger as log } from "../../../../shared/log/logger.ts";
import { FullDisk } from "../../../stand-ins/disk/full-disk.ts";
import { temporaryFolder } from "../../../stand-ins/files/temporary-folder.ts";
import { patience } from "../../../stand-ins/process/patience.ts";
import { seeded } from "../../../stand-ins/time/random.ts";
import { poolOf } from "../../../shared/controller/world.ts";
import { onLoopback } from "../../github/on-loopback.ts";
import { CuttableWay } from "./cuttable-way.ts";
import { householdEngines } from "./household-engines.ts";

export const MINUTE_MS = 60_000;
export const DAY_MS = 24 * 60 * MINUTE_MS;
const REPOSITORY = "acme/web";
const LABELS = ["self-hosted", "nas"];
const SECRET = "what the hook signs with";
const TOKEN = "what-opens-the-edge";
const shown = (text: string) => ({ reveal: () => text });

export interface HouseholdOptions {
  /** How old the runner's image is at the start. */
  readonly imageAgeMs?: number;
  /** How long GitHub's token lasts from the start on; without end unless said otherwise. */
  readonly tokenLeftMs?: number;
  /** The engines that its pool names; the one of this machine unless said otherwise. */
  readonly engines?: readonly string[];
}

export type Household = Awaited<ReturnType<typeof household>>;

/**
 * A whole agent at work in virtual time: GitHub's hook delivers to the receiver over HTTP, the agent has its mailbox's
 * link, sweeps that GitHub, starts stand-in runners on an engine that is made of answers, and is served to Prometheus.
 */
export async function household({ imageAgeMs = DAY_MS, tokenLeftMs, engines = ["local"] }: HouseholdOptions = {}) {
  const { github, clock, client } = await onLoopback();
  const startMs = clock.now();
  github.addRepository(REPOSITORY);
  const token = github.addToken(tokenLeftMs === undefined ? {} : { endsAtMs: startMs + tokenLeftMs });
  const docker = await householdEngines(engines, { clock, imageBuiltAtMs: startMs - imageAgeMs });
  const mailbox = new LocalMailbox({ sql: new NodeSql(":memory:"), clock, log });
  const tokens = [shown(TOKEN)];
  const secrets = { current: shown(SECRET), previous: null };
  const routes = createReceiverApp({ mailbox, operator: mailbox, secrets, tokens, now: () => clock.now(), clock, log });
  const edge = await serveHttp(routes, { host: "127.0.0.1", port: 0 });
  const way = new CuttableWay(mailbox.dial);
  const disk = { freeBytes: 400e9, totalBytes: 1000e9 };
  const journalSql = new FullDisk();
  const rest = client({ kind: "token", token });
  const agent = new Agent({
    instance: "nas",
    boot: "boot-1",
    host: "nas.local",
    fleet: {
      version: 2,
      engines: docker.named,
      pools: [poolOf({ repositories: null, max: 1, image: "ghcr.io/acme/runner:2.335.0", engines })],
    },
    architecture: "amd64",
    github: rest,
    provider: docker.provider,
    dial: way.dial,
    journalSql,
    slotsSql: new NodeSql(":memory:"),
    spent: () => rest.stats(),
    credential: () => credentialOf(rest, clock.now()),
    disk: () => disk,
    sweepIntervalMs: MINUTE_MS,
    clock,
    random: seeded(1),
    log,
  });
  const ask = () => askFreshness(edge.url, TOKEN, patience());
  const web = await startWeb({
    http: { listen: { host: "127.0.0.1", port: 0 }, token: null, operatorToken: null, read: "open", hosts: [] },
    token: null,
    operatorToken: null,
    daemon: daemonOf({ agent, fleetFile: null, secrets: null }),
    journalSql,
    deadLetters: null,
    examine: null,
    githubApiUrl: github.apiUrl,
    edge: new EdgeWatch(ask, clock),
    dataFolder: temporaryFolder(),
    clock,
    log,
  });
  onTestFinished(async () => {
    await web.close();
    await clock.runUntil(agent.stop());
    mailbox.close();
    await edge.close();
    await docker[Symbol.asyncDispose]();
  });
  await clock.runUntil(agent.start());
  const hook = github.addHook({ scope: "acme", url: `${edge.url}/webhook`, secret: SECRET });
  await github.deliveriesSettled();
  await agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, patience());

  const queue = async (runsForMs: number | null) => {
    const job = github.queueJob({ repository: REPOSITORY, labels: LABELS, runsForMs });
    await github.deliveriesSettled();
    return job;
  };
  /** Lets a minute go by, the sweep in it included. */
  const minute = async (): Promise<void> => {
    await agent.whenUp();
    const before = agent.state().lastSweepAt ?? 0;
    await clock.advance(MINUTE_MS);
    await agent.waitFor(({ lastSweepAt }) => (lastSweepAt ?? 0) > before, patience());
  };
  /** What Prometheus would read now; null where nobody answers. */
  const scrape = (): Promise<string | null> =>
    fetch(`${web.url}/metrics`).then(
      (answer) => answer.text(),
      () => null,
    );
  return {
    clock,
    startMs,
    github,
    token,
    hook,
    engine: docker.engine,
    mailbox,
    way,
    disk,
    journalSql,
    web,
    agent,
    queue,
    minute,
    scrape,
  };
}
