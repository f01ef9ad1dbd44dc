import { expect, test } from "vitest";

import { describeStatus } from "../../../agent/commands/describe-status.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { SlotRecords } from "../../../agent/journal/slot-records.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { SqlDatabase, SqlRow, SqlValue } from "../../../shared/sql/sql.ts";
import { statusSchema, type Status } from "../../../shared/status/status.ts";
import { T0 } from "../../samples/signal.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { agentFixture, batchOf, REPOSITORY, signalOf, SWEEP_MS } from "../daemon/agent-fixture.ts";

/** An agent with one pool of two places, welcomed by its edge, and its document. */
async function world(change: Parameters<typeof poolOf>[0] = { max: 2 }) {
  const fixture = agentFixture({
    fleet: { version: 2, pools: [poolOf({ repositories: [REPOSITORY], ...change })] },
  });
  await fixture.start();
  const connection = fixture.welcome();
  await fixture.clock.advance(0);
  const document = (): Status => statusSchema.parse(fixture.agent.status.document(null));
  return { ...fixture, connection, document };
}

test("an agent at rest says so: linked, swept, empty, and what it serves", async () => {
  const { document } = await world();
  expect(document()).toMatchObject({
    version: 2,
    agent: { instance: "nas", holds: [] },
    fleet: { pools: ["home"], maxSlots: null, file: null },
    link: { state: "up", lastClose: null, unread: 0 },
    sweeps: { intervalMs: SWEEP_MS, complete: true, failuresTotal: 0 },
    pools: [{ key: "home", max: 2, held: 0, draining: false, pauses: [], lastFailure: null, outcomes: [] }],
    jobs: { byReason: {}, waitingTotal: 0, runningTotal: 0 },
    remains: [],
  });
});

test("the operator's pause is in the document with its end, and gone from it once it is over", async () => {
  const { agent, document, clock } = await world();
  expect(document().operatorPause).toBeNull();
  const { sinceMs } = agent.operator.pause(60_000);
  expect(document().operatorPause).toEqual({ sinceMs, untilMs: sinceMs + 60_000 });
  expect(describeStatus(document())).toMatch(/paused by the operator.* until .*hookline resume/);
  await clock.advance(60_000);
  expect(document().operatorPause).toBeNull();
  agent.operator.pause(null);
  expect(document().operatorPause).toMatchObject({ untilMs: null });
});

test("each waiting job has its reason, what would change it and who does; a running one its slot", async () => {
  const { document, connection, clock, provider } = await world();
  connection.receive(
    batchOf(
      0,
      [1, 2, 3].map((n) => signalOf(n)),
    ),
  );
  await clock.advance(0);
  const [slot = ""] = provider.running();
  connection.receive(
    batchOf(3, [signalOf(1, { guid: "g-taken", action: "in_progress", status: "in_progress", runnerName: slot })]),
  );
  await clock.advance(0);
  const { jobs, slots, pools } = document();
  expect(jobs).toMatchObject({
    byReason: { covered: 1, full: 1 },
    waiting: [
      { jobId: signalOf(2).jobId, reason: { code: "covered", pool: "home" }, mender: "time" },
      {
        jobId: signalOf(3).jobId,
        reason: { code: "full" },
        why: "no room in home",
        remedy: expect.stringContaining("scaling.max") as string,
      },
    ],
    running: [{ jobId: signalOf(1).jobId, slot, pool: "home" }],
  });
  expect(slots.map(({ state }) => state).toSorted()).toEqual(["busy", "started"]);
  expect(pools).toMatchObject([{ held: 2, waiting: 2, slots: { busy: 1, started: 1 } }]);
});

test("a start that Docker refuses is the pool's last failure, in the error's own words, until one succeeds", async () => {
  const { document, connection, clock, provider } = await world({ max: 1 });
  provider.startHooks.push(fails("image"));
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  const [failed] = document().pools;
  expect(failed).toMatchObject({
    pauses: [{ scope: null, code: "slot-image", failures: 1 }],
    lastFailure: { code: "slot-image", message: "the engine said image", remedy: "do something about Docker" },
    outcomes: [{ kind: "not-started", failure: { code: "slot-image" } }],
  });
  expect(document().jobs.waiting).toMatchObject([{ reason: { code: "paused", why: "slot-image" }, mender: "person" }]);
  await clock.advance(SWEEP_MS);
  expect(document().pools).toMatchObject([{ pauses: [], lastFailure: null, slots: { started: 1 } }]);
});

test("a slot that ended without a job leaves its exit code and its last words", async () => {
  const { document, connection, clock, provider } = await world({ max: 1 });
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  const [slot = ""] = provider.running();
  provider.tail = "Name or service not known";
  await clock.advance(3000);
  provider.exit(slot, 1);
  await clock.advance(0);
  const [outcome] = document().pools[0]?.outcomes ?? [];
  expect(outcome).toMatchObject({
    slot,
    kind: "no-job",
    exitCode: 1,
    ranMs: 3000,
    lastWords: "Name or service not known",
  });
});

test("a container that the engine does not remove is told of until it is gone", async () => {
  const { document, connection, clock, provider } = await world({ max: 1 });
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  const [slot = ""] = provider.running();
  provider.removeHooks.push(fails("rejected"));
  provider.exit(slot, 0);
  await clock.advance(0);
  expect(document().remains).toMatchObject([{ slot, tries: 1, lastError: "the engine said rejected" }]);
  await clock.advance(SWEEP_MS);
  expect(document().remains).toEqual([]);
});

test("the link tells since when it is down, why, and when it dials again", async () => {
  const { document, connection, clock } = await world();
  connection.close({ code: 1006, reason: "gone", status: 401 });
  const { link, atMs } = document();
  expect(link).toMatchObject({
    state: "down",
    sinceMs: atMs,
    lastClose: { atMs, code: 1006, reason: "gone", remedy: expect.stringContaining("HOOKLINE_TOKEN") as string },
  });
  expect(link.redialAtMs).toBeGreaterThanOrEqual(atMs);
  await clock.advance(60_000);
  expect(document().link.state).toBe("dialling");
});

test("a drained pool is draining, and its jobs wait on the operator's word", async () => {
  const { document, connection, clock, agent } = await world({ max: 1 });
  agent.operator.drain("home", true);
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(0);
  expect(document()).toMatchObject({
    pools: [{ draining: true }],
    jobs: { waiting: [{ reason: { code: "draining" }, mender: "operator", remedy: "hookline drain home --undo" }] },
  });
});

test("a clock that is set by hours moves no span of the document", async () => {
  const { document, connection, clock, provider } = await world({ max: 1 });
  provider.startHooks.push(fails("image"));
  connection.receive(batchOf(0, [signalOf(1)]));
  await clock.advance(500);
  const spans = (status: Status): readonly number[] => [
    status.atMs - status.agent.startedAtMs,
    status.atMs - status.fleet.loadedAtMs,
    status.atMs - (status.link.sinceMs ?? 0),
    status.atMs - (status.sweeps.last?.finishedAtMs ?? 0),
    status.atMs - (status.sweeps.lastCompleteAtMs ?? 0),
    (status.pools[0]?.pauses[0]?.untilMs ?? 0) - status.atMs,
    status.atMs - (status.pools[0]?.lastFailure?.atMs ?? 0),
    status.atMs - (status.jobs.waiting[0]?.sinceMs ?? 0),
  ];
  const before = spans(document());
  clock.set(7 * 3_600_000);
  expect(spans(document())).toEqual(before);
});

/** Counts what a database is asked and what it gives. */
class CountingSql implements SqlDatabase {
  rows = 0;
  statements = 0;
  readonly #sql = new NodeSql(":memory:");

  exec(query: string, ...values: SqlValue[]): readonly SqlRow[] {
    const rows = this.#sql.exec(query, ...values);
    this.statements += 1;
    this.rows += rows.length;
    return rows;
  }

  transaction<T>(work: () => T): T {
    return this.#sql.transaction(work);
  }
}

test("promise 17: the document and one job cost the same statements and rows at ten finished jobs and at three thousand", async () => {
  const cost = async (finished: number): Promise<readonly number[]> => {
    const [journalSql, slotsSql] = [new CountingSql(), new CountingSql()];
    const journal = new Journal(journalSql);
    const records = new SlotRecords(slotsSql);
    for (let n = 100; n < 100 + finished; n += 1) {
      const runnerName = `hookline-nas--home-${n}`;
      journal.take(
        [signalOf(n), signalOf(n, { guid: `done-${n}`, action: "completed", status: "completed", runnerName })],
        T0,
      );
      records.plan({ name: runnerName, pool: "home", scope: "acme", plannedAtMs: T0 });
      records.update(runnerName, { removedAtMs: T0 });
    }
    const { agent, start, welcome, clock } = agentFixture({ journalSql, slotsSql });
    await start();
    welcome().receive(
      batchOf(
        0,
        [1, 2, 3].map((n) => signalOf(n)),
      ),
    );
    await clock.advance(0);
    const counted = (): readonly number[] =>
      [journalSql, slotsSql].flatMap(({ rows, statements }) => [rows, statements]);
    const before = counted();
    expect(agent.status.document(null).jobs.waitingTotal).toBe(3);
    agent.status.job(signalOf(1).jobId);
    return counted().map((count, index) => count - (before[index] ?? 0));
  };
  const few = await cost(10);
  expect(await cost(3000)).toEqual(few);
  expect(few.reduce((a, b) => a + b)).toBeLessThan(10);
});
