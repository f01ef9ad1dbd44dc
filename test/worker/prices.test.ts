import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";

import recorded from "../../docs/figures.json" with { type: "json" };
import { EntryPoints, type Price } from "./entry-points.ts";
import { fillMailbox, type Filling } from "./filled-mailbox.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

useFreshEdge();

/** At most so many rows are read and written, whatever is stored. */
const MOST: Readonly<Record<string, readonly [read: number, written: number]>> = {
  "a wake-up": [8, 0],
  "a delivery, stored": [70, 4],
  "a delivery, a copy": [25, 0],
  "a delivery, not ours": [10, 0],
  "a delivery, a ping": [10, 1],
  "an acknowledgement": [25, 1],
  "a refusal": [30, 3],
  "a probe": [15, 0],
  "a report": [12, 1],
  "a reconnect": [140, 3],
  "routes, changed": [70, 1],
  "GET /freshness": [52, 0],
  "GET /healthz/deep": [55, 0],
  "GET /dead": [610, 0],
  "POST /dead/SEQ/requeue": [70, 6],
  "GET /healthz": [0, 0],
  "the alarm, a generation forgotten": [700, 5],
  "POST /replay, a thousand signals": [13_000, 3500],
};

const found: Record<number, Readonly<Record<string, Price>>> = {};

test.each([2000, 40_000])(
  "E-1: what each entry point reads and writes is bounded, %d signals stored",
  async (ended) => {
    await fillMailbox({ ended, dead: 200 });
    found[ended] = await new EntryPoints(await Meter.attach()).prices();
    expect(Object.keys(found[ended])).toEqual(Object.keys(MOST));
    const over = Object.entries(found[ended]).filter(([name, { rowsRead, rowsWritten }]) => {
      const [read, written] = MOST[name] ?? [0, 0];
      return rowsRead > read || rowsWritten > written;
    });
    expect(over).toEqual([]);
  },
);

test("E-1, promise 17: nothing gets dearer with the mailbox", () => {
  const [small, large] = [found[2000] ?? {}, found[40_000] ?? {}];
  for (const [name, { rowsRead, rowsWritten }] of Object.entries(large)) {
    expect(rowsRead, name).toBeLessThanOrEqual((small[name]?.rowsRead ?? 0) * 1.1);
    expect(rowsWritten, name).toBeLessThanOrEqual(small[name]?.rowsWritten ?? 0);
  }
});

test("the prices are what the pages say", () => {
  for (const [name, { rowsRead, rowsWritten }] of Object.entries(found[40_000] ?? {})) {
    const said = recorded.edge.figures.prices[name as keyof typeof recorded.edge.figures.prices];
    // A thousand signals may or may not meet one more of the writes that come once in so many.
    const written = Math.abs(rowsWritten - said.rowsWritten);
    expect(written, `${name}; run: pnpm bench --record edge`).toBeLessThanOrEqual(said.rowsWritten / 100);
    expect(Math.abs(rowsRead - said.rowsRead), `${name}; run: pnpm bench --record edge`).toBeLessThanOrEqual(
      Math.max(5, said.rowsRead / 100),
    );
  }
});

test("E-1: a stored delivery writes at most 2.3 rows, the acknowledgement and the summary included", () => {
  for (const prices of Object.values(found)) {
    const [stored, acked] = [prices["a delivery, stored"], prices["an acknowledgement"]];
    expect((stored?.mean.rowsWritten ?? 9) + (acked?.mean.rowsWritten ?? 9)).toBeLessThanOrEqual(2.3);
  }
});

test("E-1: a hello to a mailbox whose summary is lost looks at the newest signals, and says so", async () => {
  await fillMailbox({ ended: 12_000 });
  await runInDurableObject(mailboxStub(), (_, { storage }) => {
    storage.sql.exec("DELETE FROM meta WHERE key = 'summary'");
  });
  const meter = await Meter.attach();
  expect((await TestAgent.connect()).welcome.openJobsComplete).toBe(false);
  expect(meter.rowsRead).toBeLessThanOrEqual(6000);
});

const WELCOMES: readonly (readonly [what: string, filling: Filling, most: number, jobs: number])[] = [
  ["no job is open", { ended: 9000 }, 100, 0],
  ["5,000 jobs are open", { ended: 3000, open: 5000 }, 6000, 300],
];

test.each(WELCOMES)("E-1: a hello reads the open jobs and no more: %s", async (_, filling, most, jobs) => {
  await fillMailbox(filling);
  const meter = await Meter.attach();
  const agent = await TestAgent.connect();
  expect(meter.rowsRead).toBeLessThanOrEqual(most);
  expect(agent.welcome.openJobs.length).toBeGreaterThanOrEqual(jobs);
});
