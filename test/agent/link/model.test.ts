import fc from "fast-check";
import { expect, test } from "vitest";

import { Journal } from "../../../agent/journal/journal.ts";
import { LinkClient } from "../../../agent/link/link-client.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { queuedSignal } from "../../samples/signal.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { FullDisk } from "./link-fixture.ts";
import { ModelEdge } from "./model-edge.ts";

/** The agent's side: its disk outlives it. */
class ModelAgent {
  readonly disk = new FullDisk();
  readonly journal = new Journal(this.disk);
  fed: Signal[] = [];
  caughtUp = 0;
  #client: LinkClient | null = null;
  readonly #edge: ModelEdge;
  readonly #clock: VirtualClock;
  #boots = 0;

  constructor(edge: ModelEdge, clock: VirtualClock) {
    this.#edge = edge;
    this.#clock = clock;
  }

  /** A new process on the old disk. */
  boot(random: () => number): void {
    this.#client?.stop();
    this.#boots += 1;
    this.#client = new LinkClient({
      dial: this.#edge.dial.dial,
      journal: this.journal,
      identity: { instance: "nas", boot: `boot-${this.#boots}`, host: "nas.local" },
      routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
      events: {
        welcomed: () => {},
        received: (signals) => void this.fed.push(...signals),
        caughtUp: () => void (this.caughtUp += 1),
        down: () => {},
      },
      clock: this.#clock,
      random,
      log: silentLogger,
    });
    this.#client.start();
  }

  stop(): void {
    this.#client?.stop();
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant("up" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant("down" as const), times: fc.integer({ min: 1, max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("deliver" as const), times: fc.integer({ min: 1, max: 70 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("again" as const), times: fc.nat({ max: 100 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), times: fc.nat({ max: 1 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("blackhole" as const), times: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("wait" as const), times: fc.integer({ min: 1, max: 50 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("reboot" as const), times: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("disk full" as const), times: fc.integer({ min: 1, max: 2 }) }) },
);

async function play(steps: readonly { do: string; times: number }[]): Promise<{ edge: ModelEdge; agent: ModelAgent }> {
  const clock = new VirtualClock();
  const edge = new ModelEdge(clock);
  const agent = new ModelAgent(edge, clock);
  const random = (): number => 0.1;
  let signals = 0;
  const check = (): void => {
    expect(edge.mailbox.acked()).toBeLessThanOrEqual(agent.journal.cursor()?.acked ?? 0);
  };
  const deliver = (): void => edge.accept(queuedSignal((signals += 1), { receivedAtMs: clock.now() }));
  const move = (frame: () => boolean): void => {
    frame();
    check();
  };
  agent.boot(random);
  await clock.advance(0);
  for (const { do: what, times } of steps) {
    if (what === "up") for (let n = 0; n < times; n += 1) move(() => edge.moveUp());
    if (what === "down") for (let n = 0; n < times; n += 1) move(() => edge.moveDown());
    if (what === "deliver") for (let n = 0; n < times; n += 1) deliver();
    if (what === "again" && signals > 0)
      edge.accept(queuedSignal(1 + (times % signals), { receivedAtMs: clock.now() }));
    if (what === "cut") edge.cut(times === 1);
    if (what === "blackhole") edge.blackHole();
    if (what === "wait") await clock.advance(times * 1000);
    if (what === "reboot") agent.boot(random);
    if (what === "disk full") {
      agent.disk.full = true;
      for (let n = 0; n < times; n += 1) move(() => edge.moveDown());
      agent.disk.full = false;
    }
    await clock.advance(0);
    edge.tick();
    check();
  }
  // Peace: everything moves, time goes on, until both sides agree.
  const deadlineMs = clock.now() + 15 * 60_000;
  while (clock.now() < deadlineMs && edge.mailbox.acked() < edge.mailbox.head()) {
    while (edge.moveUp() || edge.moveDown()) {
      check();
      await clock.advance(0);
    }
    await clock.advance(1000);
    edge.tick();
  }
  while (edge.moveUp() || edge.moveDown()) check();
  agent.stop();
  expect(clock.pending).toBe(0);
  return { edge, agent };
}

test("promises 2 and 3, L2: whatever is cut, lost or restarted, each signal is journaled once, in order, before its ack", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { edge, agent } = await play(steps);
      const guids = edge.accepted.map(({ guid }) => guid);
      expect(agent.journal.signals().map(({ signal }) => signal.guid)).toEqual(guids);
      expect(edge.mailbox.acked()).toBe(edge.mailbox.head());
      expect(edge.mailbox.dead()).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test("what is journaled was fed, once, unless the process died in between", async () => {
  const noDeath = fc.array(
    step.filter((one) => one.do !== "reboot"),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(noDeath, async (steps) => {
      const { edge, agent } = await play(steps);
      expect(agent.fed.map(({ guid }) => guid)).toEqual(edge.accepted.map(({ guid }) => guid));
    }),
    { numRuns: 100 },
  );
});
