import { expect, test } from "vitest";

import { deliveryWorld } from "./delivery-fixture.ts";

const JOB = { repository: "acme/web", labels: ["nas"], runsForMs: null } as const;
const HOUR = 60 * 60_000;

/** A delivery that failed, and failed again as often as it was asked for. */
async function givenUp() {
  const world = await deliveryWorld();
  const { github, receiver, clock, sweepOn } = world;
  receiver.answerWith(503);
  const job = github.queueJob(JOB);
  await github.deliveriesSettled();
  const refused = github.misbehave({
    operation: "orgs/get-webhook-delivery",
    fault: { kind: "status", status: 403 },
  });
  for (let round = 0; round < 5; round += 1) {
    await clock.advance(60_000);
    await sweepOn();
    await github.deliveriesSettled();
  }
  refused.stop();
  return { ...world, job };
}

test("replay: a delivery that was given up is tried anew, and taken once", async () => {
  const { clock, job, sweepOn, sweepAgain } = await givenUp();
  expect((await sweepOn()).taken).toEqual([]);
  const again = await sweepAgain(clock.now() - HOUR);
  expect(again.outcome).toEqual({ logs: 1, recovered: 1, open: 0 });
  expect(again.taken.map(({ jobId }) => jobId)).toEqual([job.id]);
  const twice = await sweepAgain(clock.now() - HOUR);
  expect([twice.outcome.recovered, twice.taken.length]).toEqual([0, 1]);
});

test("replay: what failed before the time that was asked for is left as it is", async () => {
  const { clock, sweepAgain } = await givenUp();
  await clock.advance(2 * HOUR);
  expect((await sweepAgain(clock.now() - HOUR)).outcome).toEqual({ logs: 1, recovered: 0, open: 0 });
});

test("replay: a log that was read to its end is read again, by a process that has forgotten what was in it", async () => {
  const { clock, sql, job, sweepAgain, sweepOn } = await givenUp();
  await clock.advance(HOUR);
  await sweepOn();
  sql.exec("DELETE FROM missed_deliveries");
  expect((await sweepOn()).taken).toEqual([]);
  expect((await sweepAgain(clock.now() - 2 * HOUR)).taken.map(({ jobId }) => jobId)).toEqual([job.id]);
});

test("replay: whoever asks is told when the sweep is ended by a fault", async () => {
  const { clock, sql, sweepAgain } = await givenUp();
  sql.exec("DROP TABLE hook_logs");
  await expect(sweepAgain(clock.now() - HOUR)).rejects.toThrow(/hook_logs/);
});
