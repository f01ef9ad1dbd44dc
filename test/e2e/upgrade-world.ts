import { join } from "node:path";

import { systemClock } from "../../agent/clock/system-clock.ts";
import { sleep } from "../../agent/clock/sleep.ts";
import { JOURNAL_FILE } from "../../agent/journal/open-journal.ts";
import { Journal } from "../../agent/journal/journal.ts";
import { LinkClient } from "../../agent/link/link-client.ts";
import { websocketDial } from "../../agent/link/websocket-dial.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { guid } from "../samples/signal.ts";
import { post } from "../soak/github-sender.ts";
import { startLocalEdge } from "../stand-ins/edge/local-edge.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { freePort } from "../stand-ins/process/free-port.ts";
import { patience } from "../stand-ins/process/patience.ts";
import { AgentProcess } from "./agent-process.ts";

const SECRETS = { webhookSecret: "w".repeat(32), token: "t".repeat(32) };
const PAUSE_MS = 20;

/** One mailbox at one address, whose Worker is replaced while GitHub goes on delivering. */
export class UpgradeWorld {
  readonly url: string;
  readonly #folder = temporaryFolder();
  readonly #port: number;
  readonly #abort = new AbortController();
  #delivered = 0;
  readonly #senders: Promise<void>[] = [];

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async create(): Promise<UpgradeWorld> {
    return new UpgradeWorld(await freePort());
  }

  /** Serves the mailbox with a Worker, this version's where it is left out, as long as `work` takes. */
  async serving(worker: string | undefined, work: () => Promise<void>): Promise<void> {
    const persistIn = join(this.#folder, "edge");
    const edge = await startLocalEdge({
      ...SECRETS,
      persistIn,
      port: this.#port,
      ...(worker === undefined ? {} : { worker }),
    });
    try {
      await work();
    } finally {
      await edge.close();
    }
  }

  /** How many deliveries GitHub was told are stored. */
  get delivered(): number {
    return this.#delivered;
  }

  /** One delivery; the status that GitHub sees. */
  async deliver(n: number): Promise<number | null> {
    return (await post(`${this.url}/webhook`, SECRETS.webhookSecret, n, guid(n))).status;
  }

  /** Goes on delivering until `stopLoad`; what is not taken is delivered again, as a sweep has GitHub do. */
  startLoad(): void {
    let n = 0;
    const send = async (): Promise<void> => {
      while (!this.#abort.signal.aborted) {
        n += 1;
        const mine = n;
        while ((await this.deliver(mine)) !== 202) await sleep(systemClock, PAUSE_MS, patience());
        this.#delivered += 1;
      }
    };
    this.#senders.push(send(), send());
  }

  /** Resolves once everything that was sent is stored; gives the GUIDs. */
  async stopLoad(): Promise<readonly string[]> {
    this.#abort.abort();
    await Promise.all(this.#senders);
    return Array.from({ length: this.#delivered }, (_, index) => guid(index + 1));
  }

  ask(path: string): Promise<Response> {
    return fetch(`${this.url}${path}`, { headers: { Authorization: `Bearer ${SECRETS.token}` } });
  }

  /** This version's end of the link, which dials again at once. */
  client(): UpgradeClient {
    return new UpgradeClient(this.url);
  }

  /** An agent as a process, with neither GitHub nor an engine; `program` in place of the sources. */
  agent(program: string): AgentProcess {
    return new AgentProcess({
      program,
      instance: "nas",
      edge: { url: this.url, token: SECRETS.token },
      githubApiUrl: "http://127.0.0.1:9",
      githubToken: "ghp_of-nobody",
      pools: { version: 2, pools: [{ key: "nas", organization: "acme", labels: ["linux"] }] },
      sweepIntervalSeconds: 300,
      env: { DOCKER_HOST: "tcp://127.0.0.1:9" },
    });
  }
}

/** A link without the rest of the agent; it keeps what it took, in order, repeats included. */
export class UpgradeClient {
  readonly taken: string[] = [];
  readonly protocols: number[] = [];
  readonly endings: string[] = [];
  readonly #link: LinkClient;

  constructor(url: string) {
    this.#link = new LinkClient({
      dial: websocketDial(url, SECRETS.token),
      journal: new Journal(new NodeSql(":memory:")),
      identity: { instance: "nas", boot: "boot-1", host: "nas.local" },
      routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
      events: {
        welcomed: ({ protocol }) => this.protocols.push(protocol),
        received: (signals) => this.taken.push(...signals.map((signal) => signal.guid)),
        caughtUp: () => {},
        down: ({ reason }) => this.endings.push(reason),
      },
      clock: systemClock,
      random: () => 0,
      log: silentLogger,
    });
  }

  start(): void {
    this.#link.start();
  }

  stop(): void {
    this.#link.stop();
  }
}

/** The GUIDs that an agent of whatever version has on disk; the agent may run. */
export function guidsInJournal(dataFolder: string): readonly string[] {
  const sql = new NodeSql(join(dataFolder, JOURNAL_FILE));
  try {
    return sql.exec("SELECT guid FROM signals ORDER BY guid").map((row) => String(row["guid"]));
  } finally {
    sql.close();
  }
}
