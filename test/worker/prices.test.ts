import { expect, test } from "vitest";

import { EntryPoints, type Price } from "./entry-points.ts";
import { fillMailbox, type Filling } from "./filled-mailbox.ts";
import { useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { TestAgent } from "./test-agent.ts";

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
  "a reconnect": [100, 3],
  "GET /freshness": [55, 0],
  "GET /dead": [610, 0],
  "POST /dead/SEQ/requeue": [70, 6],
  "GET /healthz": [0, 0],
  "the alarm, a generation forgotten": [50, 5],
  "POST /replay, a thousand signals": [12_000, 3100],
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

test("E-1: nothing gets dearer with the mailbox", () => {
  const [small, large] = [found[2000] ?? {}, found[40_000] ?? {}];
  for (const [name, { rowsRead, rowsWritten }] of Object.entries(large)) {
    expect(rowsRead, name).toBeLessThanOrEqual((small[name]?.rowsRead ?? 0) * 1.1);
    expect(rowsWritten, name).toBeLessThanOrEqual(small[name]?.rowsWritten ?? 0);
  }
});

test("E-1: a stored delivery writes at most 2.3 rows, the acknowledgement and the summary included", () => {
  for (const prices of Object.values(found)) {
    const [stored, acked] = [prices["a delivery, stored"], prices["an acknowledgement"]];
    expect((stored?.mean.rowsWritten ?? 9) + (acked?.mean.rowsWritten ?? 9)).toBeLessThanOrEqual(2.3);
  }
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
