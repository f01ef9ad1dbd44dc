import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test, vi } from "vitest";

import { RETENTION_MS } from "../../shared/mailbox/mailbox-options.ts";
import { EntryPoints, type Price } from "./entry-points.ts";
import { fillMailbox } from "./filled-mailbox.ts";
import { pass, useFreshEdge } from "./fresh-edge.ts";
import { Meter } from "./meter.ts";
import { mailboxStub, TestAgent } from "./test-agent.ts";

useFreshEdge();

/** Letters are looked through for the agent's version beside whatever else is done, a page at a time, and a row at the end. */
const A_PAGE = 55;

const found: Record<number, Readonly<Record<string, Price>>> = {};

test.each([1200, 6000])("what each entry point costs is counted with %d dead letters", async (dead) => {
  await fillMailbox({ ended: 2 * dead, dead });
  found[dead] = await new EntryPoints(await Meter.attach()).prices();
  expect(Object.keys(found[dead]).length).toBeGreaterThan(10);
});

test("E-1, promise 17: nothing gets dearer with the dead letters", () => {
  const [few, many] = [found[1200] ?? {}, found[6000] ?? {}];
  for (const [name, { rowsRead, rowsWritten }] of Object.entries(many)) {
    expect(rowsRead, name).toBeLessThanOrEqual((few[name]?.rowsRead ?? 0) * 1.1 + A_PAGE);
    expect(rowsWritten, name).toBeLessThanOrEqual((few[name]?.rowsWritten ?? 0) + 1);
  }
});

test("E-1: letters that go with their generation go a thousand an alarm, and none is left behind", async () => {
  await fillMailbox({ ended: 20, dead: 4 });
  await runInDurableObject(mailboxStub(), (_, { storage: { sql } }) => {
    const dead = "INSERT INTO dead_letters (seq, reason, attempts, died_at) SELECT -seq, 'old', 1, 1";
    sql.exec(`WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 2500) ${dead} FROM n`);
  });
  const meter = await Meter.attach();
  vi.setSystemTime(Date.now() + 2 * RETENTION_MS);
  const counts: number[] = [];
  for (let alarms = 0; alarms < 3; alarms += 1) {
    await runInDurableObject(mailboxStub(), (_, { storage }) => storage.setAlarm(Date.now() + 60_000));
    const before = meter.rowsWritten;
    await runDurableObjectAlarm(mailboxStub());
    expect(meter.rowsWritten - before).toBeLessThanOrEqual(2010);
    counts.push(await letters());
  }
  expect(counts).toEqual([1504, 504, 4]);
});

test("E-1: an agent that comes back is not looked at by all letters again", async () => {
  await fillMailbox({ ended: 600, dead: 300 });
  const agent = await TestAgent.connect();
  await looksAtLetters(agent);
  agent.close(1000, "again");
  await agent.closed;
  const again = await TestAgent.connect({ boot: "boot-1", stream: agent.welcome.stream, acked: 600 });
  const meter = await Meter.attach();
  await looksAtLetters(again);
  expect(meter.rowsRead).toBeLessThanOrEqual(200);
});

function letters(): Promise<number> {
  return runInDurableObject(mailboxStub(), (_, { storage }) =>
    Number(storage.sql.exec("SELECT count(*) AS n FROM dead_letters").one()["n"]),
  );
}

/** Each frame that the agent sends has the edge look at a page more. */
async function looksAtLetters(agent: Awaited<ReturnType<typeof TestAgent.connect>>): Promise<void> {
  for (let n = 0; n < 10; n += 1) {
    await agent.probe(agent.welcome.fence);
    await pass(3000);
  }
}
