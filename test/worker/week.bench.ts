import { expect, test, vi } from "vitest";

import { encode } from "../../shared/link/codec.ts";
import { figure } from "../bench/figure.ts";
import { hello } from "../samples/hello.ts";
import { deliverJob } from "./deliveries.ts";
import { EntryPoints } from "./entry-points.ts";
import { fillMailbox } from "./filled-mailbox.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { ask, upgrade } from "./test-agent.ts";

useFreshEdge();

/** 16,374 jobs a day of three deliveries, kept for a week. */
const WEEK = 343_854;
const OPEN_JOBS = 5000;
/** More than are listed. */
const DEAD = 200;
const ROUNDS = 30;
const DAY_MS = 24 * 60 * 60 * 1000;

/** As `fillMailbox` names the mailbox. */
const STREAM = "filled";

let delivered = 0;
let head = 0;

/** Milliseconds until a delivery is answered, at the least, with `first` done right before each. */
async function deliveryMs(first: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await first();
    delivered += 1;
    const startedAtMs = performance.now();
    const answer = await deliverJob(delivered);
    took.push(performance.now() - startedAtMs);
    expect(answer.status).toBe(202);
    head = (await answer.json<{ readonly seq: number }>()).seq;
  }
  return Math.min(...took);
}

/** The line of one agent that has everything. */
class Line {
  #socket: WebSocket | null = null;
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async hangUp(): Promise<void> {
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) await this.#meter.taking(() => socket.close(1000, "again"));
  }

  async dial(): Promise<void> {
    this.#socket = (await upgrade()).webSocket;
    this.#socket?.accept();
  }

  /** Neither waits for the welcome nor reads it: that is another machine's work. */
  greet(): void {
    this.#socket?.send(encode(hello({ stream: STREAM, acked: head })));
  }

  async comeBack(): Promise<void> {
    await this.hangUp();
    await this.dial();
    this.greet();
  }
}

async function rowsRead(meter: Meter, call: () => Promise<unknown>): Promise<number> {
  const before = meter.rowsRead;
  await call();
  return meter.rowsRead - before;
}

test("E-1: a week of 16,374 jobs a day: what a hello, a freshness and a delivery behind a hello cost", async () => {
  await fillMailbox({ ended: WEEK });
  const meter = await Meter.attach();
  head = WEEK;
  const line = new Line(meter);
  const connect = async (): Promise<void> => {
    await line.dial();
    await meter.taking(() => line.greet());
  };
  const helloRowsRead = await rowsRead(meter, connect);
  const freshnessRowsRead = await rowsRead(meter, async () => {
    await (await ask("/freshness")).text();
  });
  const alone = await deliveryMs(() => Promise.resolve());
  const behindHello = await deliveryMs(() => line.comeBack());
  await line.hangUp();
  await fillMailbox({ ended: 0, open: OPEN_JOBS, behind: 2 * WEEK, dead: DEAD });
  head += OPEN_JOBS;
  const helloRowsReadWithOpenJobs = await rowsRead(meter, connect);
  await line.hangUp();
  figure("week", {
    signals: WEEK,
    helloRowsRead,
    openJobs: OPEN_JOBS,
    helloRowsReadWithOpenJobs,
    freshnessRowsRead,
    deliveryMs: alone,
    deliveryBehindHelloMs: behindHello,
  });
  // Nobody has heard of the open ones for three days: the prices are those of a mailbox in which nothing is open.
  vi.setSystemTime(Date.now() + 3 * DAY_MS);
  figure("prices", await new EntryPoints(meter).prices());
});
