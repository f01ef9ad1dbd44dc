import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { vi } from "vitest";

import type { Up } from "../../shared/link/up.ts";
import { RETENTION_MS } from "../../shared/mailbox/mailbox-options.ts";
import { PING, workflowJob } from "../samples/payload.ts";
import { delivery } from "./deliveries.ts";
import { pass } from "./fresh-edge.ts";
import type { Meter } from "./meter.ts";
import { ask, mailboxStub, TestAgent } from "./test-agent.ts";

/** What one request costs: rows and requests are the most of several in a row, `mean` shares what comes once in many. */
export interface Price {
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly requests: number;
  readonly mean: { readonly rowsRead: number; readonly rowsWritten: number };
  /** Milliseconds from request to answer with nothing to wait for, at the least: Worker and object together. */
  readonly ms: number;
}

interface Entry {
  /** What has to be there first; costs nothing here. */
  readonly before?: () => Promise<unknown>;
  readonly ask: () => Promise<unknown>;
  readonly rounds?: number;
}

const ROUNDS = 4;
/** Two strides of the acknowledgement, and of the summary: what happens once in a stride is in the mean as it should. */
const STRIDES = 64;
const REPORT = { slots: 1, busy: 1, demand: 1, lastSweepAt: null, lastCompleteSweepAt: null };

type Agent = Awaited<ReturnType<typeof TestAgent.connect>>;

/** All that anybody can ask of the edge, of an object that is awake, and what it costs to wake it. */
export class EntryPoints {
  readonly #meter: Meter;
  #agent: Agent | null = null;
  /** Its deliveries are no copies of those that a test has made before. */
  #delivered = 500_000;
  #head = 0;
  #revision = 0;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  /** The price of each, by name; in the order in which one leaves what the next needs. */
  async prices(): Promise<Readonly<Record<string, Price>>> {
    await this.#reconnect();
    const entries: readonly (readonly [name: string, entry: Entry])[] = [
      ["a wake-up", { before: () => fallAsleep(), ask: () => runInDurableObject(mailboxStub(), () => {}) }],
      ["a delivery, stored", { before: () => this.#acknowledge(), ask: () => this.#deliver(), rounds: STRIDES }],
      ["a delivery, a copy", { ask: () => this.#post(endedJob(this.#delivered), this.#delivered) }],
      ["a delivery, not ours", { ask: () => this.#post(notOurs(), ++this.#delivered) }],
      ["a delivery, a ping", { ask: () => this.#ping() }],
      ["an acknowledgement", { before: () => this.#deliverAndSend(), ask: () => this.#acknowledge(), rounds: STRIDES }],
      ["a refusal", { before: () => this.#deliverAndSend(), ask: () => this.#refuse() }],
      ["a probe", { ask: () => this.#agentNow().probe(this.#fence) }],
      ["a report", { ask: () => this.#send({ type: "report", fence: this.#fence, report: REPORT }) }],
      ["a reconnect", { before: () => this.#deliverAndAcknowledge(), ask: () => this.#reconnect(), rounds: STRIDES }],
      ["routes, changed", { ask: () => this.#reroute() }],
      ["GET /freshness", { before: () => this.#deliver(), ask: () => askFor("/freshness"), rounds: STRIDES }],
      [
        "GET /healthz/deep",
        {
          before: () => this.#acknowledgeAndDeliver(),
          ask: () => askFor("/healthz/deep", "GET", [200, 503]),
          rounds: STRIDES,
        },
      ],
      ["GET /dead", { before: () => this.#acknowledge(), ask: () => askFor("/dead") }],
      ["POST /dead/SEQ/requeue", { before: () => this.#setAside(), ask: () => this.#requeue() }],
      ["GET /healthz", { ask: () => askFor("/healthz") }],
      ["the alarm, a generation forgotten", { before: () => aWeekLater(), ask: () => alarm(), rounds: 1 }],
      ["POST /replay, a thousand signals", { ask: () => askFor("/replay?since=0", "POST"), rounds: 1 }],
    ];
    const prices: Record<string, Price> = {};
    for (const [name, entry] of entries) prices[name] = await this.#price(entry);
    return prices;
  }

  async #price({ before, ask: act, rounds = ROUNDS }: Entry): Promise<Price> {
    const meter = this.#meter;
    const seen: { readonly rowsRead: number; readonly rowsWritten: number; requests: number; ms: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await before?.();
      const { rowsRead, rowsWritten, billedRequests } = meter;
      const startedAtMs = performance.now();
      await act();
      seen.push({
        ms: performance.now() - startedAtMs,
        rowsRead: meter.rowsRead - rowsRead,
        rowsWritten: meter.rowsWritten - rowsWritten,
        requests: meter.billedRequests - billedRequests,
      });
    }
    const most = (name: keyof (typeof seen)[number]): number => Math.max(...seen.map((each) => each[name]));
    const mean = (name: keyof (typeof seen)[number]): number =>
      seen.reduce((sum, each) => sum + each[name], 0) / seen.length;
    return {
      rowsRead: most("rowsRead"),
      rowsWritten: most("rowsWritten"),
      requests: most("requests"),
      mean: { rowsRead: mean("rowsRead"), rowsWritten: mean("rowsWritten") },
      ms: Math.min(...seen.map(({ ms }) => ms)),
    };
  }

  #agentNow(): Agent {
    if (this.#agent === null) throw new Error("nobody is connected");
    return this.#agent;
  }

  get #fence(): number {
    return this.#agentNow().welcome.fence;
  }

  async #post(body: unknown, n: number, event = "workflow_job"): Promise<number | undefined> {
    const answer = await exports.default.fetch(await delivery(body, n, { headers: { "x-github-event": event } }));
    const said = await answer.json<{ readonly seq?: number }>();
    if (answer.status !== 202) throw new Error(`delivery ${n} is answered ${answer.status}`);
    return said.seq;
  }

  async #deliver(): Promise<void> {
    this.#delivered += 1;
    this.#head = (await this.#post(endedJob(this.#delivered), this.#delivered)) ?? this.#head;
  }

  async #deliverAndSend(): Promise<void> {
    await this.#deliver();
    await this.#agentNow().seqsUpTo(this.#head);
  }

  async #deliverAndAcknowledge(): Promise<void> {
    await this.#deliver();
    await this.#acknowledge();
  }

  /** The window of one connection is 64. */
  async #acknowledgeAndDeliver(): Promise<void> {
    await this.#acknowledge();
    await this.#deliver();
  }

  async #ping(): Promise<void> {
    await this.#meter.taking(() => this.#post({ ...PING, hook_id: ++this.#delivered }, this.#delivered, "ping"));
  }

  async #send(frame: Up): Promise<void> {
    await this.#meter.taking(() => this.#agentNow().send(frame));
  }

  async #acknowledge(): Promise<void> {
    const agent = this.#agentNow();
    if (this.#head === agent.welcome.acked) return;
    await agent.seqsUpTo(this.#head);
    await this.#send({ type: "ack", fence: this.#fence, upTo: this.#head });
  }

  async #reroute(): Promise<void> {
    this.#revision += 1;
    const routes = [{ owner: "acme", labels: ["self-hosted", "linux", "x64", `label-${this.#revision}`] }];
    await this.#send({ type: "routes", fence: this.#fence, revision: this.#revision, routes });
  }

  async #refuse(): Promise<void> {
    const seq = this.#head;
    await this.#send({ type: "nack", fence: this.#fence, seq, verdict: "poison", reason: "unreadable" });
  }

  async #setAside(): Promise<void> {
    await this.#acknowledge();
    await this.#deliverAndSend();
    await this.#refuse();
  }

  async #requeue(): Promise<void> {
    const answer = await ask(`/dead/${this.#head}/requeue`, "POST");
    this.#head = (await answer.json<{ readonly seq: number }>()).seq;
  }

  /** Hangs up and comes back: the end of the old socket, the upgrade, the hello. */
  async #reconnect(): Promise<void> {
    const agent = this.#agent;
    if (agent !== null) await this.#meter.taking(() => agent.close(1000, "again"));
    const acked = agent === null ? {} : { stream: agent.welcome.stream, acked: this.#head };
    this.#agent = await TestAgent.connect({ boot: "boot-1", ...acked });
    this.#head = Math.max(this.#head, this.#agent.welcome.head);
  }
}

function endedJob(n: number): unknown {
  return workflowJob(n, { action: "completed", job: { status: "completed", conclusion: "success" } });
}

let foreign = 0;

/** A job of labels that no isolate remembers to have been turned away. */
function notOurs(): unknown {
  foreign += 1;
  return workflowJob(foreign, { job: { labels: ["self-hosted", `windows-${foreign}`] } });
}

async function askFor(path: string, method = "GET", answers: readonly number[] = [200]): Promise<void> {
  const answer = await ask(path, method);
  await answer.text();
  if (!answers.includes(answer.status)) throw new Error(`${path} is answered ${answer.status}`);
}

/** A pending timer keeps an object awake: it hibernates once its last one has fired. */
async function fallAsleep(): Promise<void> {
  while (vi.getTimerCount() > 0) await pass(2000);
  await evictDurableObject(mailboxStub(), { webSockets: "hibernate" });
}

async function aWeekLater(): Promise<void> {
  vi.setSystemTime(Date.now() + RETENTION_MS);
  await runInDurableObject(mailboxStub(), (_, { storage }) => storage.setAlarm(Date.now() + RETENTION_MS));
}

async function alarm(): Promise<void> {
  await runDurableObjectAlarm(mailboxStub());
}
