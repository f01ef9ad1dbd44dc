import assert from "node:assert/strict";

import fc from "fast-check";

import { Journal } from "../../../agent/journal/journal.ts";
import { LinkClient } from "../../../agent/link/link-client.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { guid, queuedSignal } from "../../samples/signal.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { FullDisk } from "../../stand-ins/disk/full-disk.ts";
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
  #version = 1;

  constructor(edge: ModelEdge, clock: VirtualClock) {
    this.#edge = edge;
    this.#clock = clock;
  }

  /** A new process of a newer version on the old disk. */
  upgrade(random: () => number): void {
    this.#version += 1;
    this.boot(random);
  }

  /** Everything that it could not read it can read from now on. */
  mend(): void {
    this.disk.exec("UPDATE unread SET raw = json_set(raw, '$.labels', json_array('self-hosted', 'linux'))");
  }

  /** A new process on the old disk. */
  boot(random: () => number): void {
    this.#client?.stop();
    this.#boots += 1;
    this.fed.push(...this.journal.reread(this.#clock.now()));
    this.#client = new LinkClient({
      version: `0.${this.#version}.0`,
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

  /** Of the signals that it could not read. */
  unreadGuids(): readonly string[] {
    const rows = this.disk.exec("SELECT json_extract(raw, '$.guid') AS guid FROM unread");
    return rows.map((row) => String(row["guid"]));
  }

  stop(): void {
    this.#client?.stop();
  }
}

/** One thing that happens to the link, how often or for how long. */
export const step = fc.oneof(
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

/**
 * The same with signals that the agent cannot read, rows that do not go in, letters that are put back by hand and by an
 * upgrade, and mailboxes that are put back.
 */
export const roughStep = fc.oneof(
  { weight: 30, arbitrary: step },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("poison" as const), times: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("row refused" as const), times: fc.integer({ min: 1, max: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("requeue" as const), times: fc.nat({ max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("upgrade" as const), times: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("back up" as const), times: fc.constant(0) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("put back" as const), times: fc.nat({ max: 120 }) }) },
);

/**
 * Plays steps, then lets peace come, until both sides agree. Then, where it is asked for, comes an agent that is newer and
 * reads everything.
 */
export async function play(
  steps: readonly { do: string; times: number }[],
  atLast: "upgrade" | null = null,
): Promise<{ edge: ModelEdge; agent: ModelAgent }> {
  const clock = new VirtualClock();
  const edge = new ModelEdge(clock);
  const agent = new ModelAgent(edge, clock);
  const random = (): number => 0.1;
  let signals = 0;
  const check = (): void => {
    const cursor = agent.journal.cursor();
    if (edge.wasPutBack) return;
    assert.ok(edge.mailbox.acked() <= (cursor?.acked ?? 0), "acknowledged and not in the journal");
  };
  const deliver = (): void => edge.accept(queuedSignal((signals += 1), { receivedAtMs: clock.now() }));
  const move = (frame: () => boolean): void => {
    frame();
    check();
  };
  edge.backUp();
  agent.boot(random);
  await clock.advance(0);
  for (const { do: what, times } of steps) {
    if (what === "up") for (let n = 0; n < times; n += 1) move(() => edge.moveUp());
    if (what === "down") for (let n = 1; n <= times; n += 1) move(() => edge.moveDown(n < times));
    if (what === "deliver") for (let n = 0; n < times; n += 1) deliver();
    if (what === "poison") {
      for (let n = 0; n < times; n += 1) {
        deliver();
        edge.spoil(guid(signals));
      }
    }
    if (what === "requeue") edge.requeue(times);
    if (what === "upgrade") agent.upgrade(random);
    if (what === "back up") edge.backUp();
    if (what === "put back") {
      edge.putBack();
      for (let n = 0; n < times; n += 1) deliver();
    }
    if (what === "row refused") {
      agent.disk.broken = true;
      for (let n = 0; n < times; n += 1) move(() => edge.moveDown());
      agent.disk.broken = false;
    }
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
  // Everything moves, time goes on, until both sides agree.
  const peace = async (isOver: () => boolean): Promise<void> => {
    const deadlineMs = clock.now() + 15 * 60_000;
    while (clock.now() < deadlineMs && !isOver()) {
      while (edge.moveUp() || edge.moveDown()) {
        check();
        await clock.advance(0);
      }
      await clock.advance(1000);
      edge.tick();
    }
    while (edge.moveUp() || edge.moveDown()) check();
  };
  const agrees = (): boolean => edge.mailbox.acked() === edge.mailbox.head();
  await peace(agrees);
  if (atLast === "upgrade") {
    expectNothingLost({ edge, agent });
    edge.mend();
    agent.mend();
    agent.upgrade(random);
    await peace(() => agrees() && edge.mailbox.dead() === 0);
  }
  agent.stop();
  assert.equal(clock.pending, 0);
  return { edge, agent };
}

/** Each signal of the mailbox is in the journal, or is known to be unreadable, on one side at least; nothing is on the way. */
export function expectNothingLost({ edge, agent }: { readonly edge: ModelEdge; readonly agent: ModelAgent }): void {
  const journaled = agent.journal.signals().map(({ signal }) => signal.guid);
  assert.equal(new Set(journaled).size, journaled.length);
  const aside = new Set([...edge.deadGuids(), ...agent.unreadGuids()]);
  const lost = edge.guids().filter((each) => !journaled.includes(each) && !aside.has(each));
  assert.deepEqual(lost, []);
  assert.equal(edge.mailbox.acked(), edge.mailbox.head());
}

/** Everything was read in the end: no letter is left, and what the mailbox holds is in the journal, once. */
export function expectAllRead({ edge, agent }: { readonly edge: ModelEdge; readonly agent: ModelAgent }): void {
  const journaled = agent.journal.signals().map(({ signal }) => signal.guid);
  assert.equal(new Set(journaled).size, journaled.length);
  assert.deepEqual([edge.deadGuids(), agent.unreadGuids()], [[], []]);
  assert.deepEqual(
    edge.guids().filter((each) => !journaled.includes(each)),
    [],
  );
  assert.equal(edge.mailbox.acked(), edge.mailbox.head());
}
