import { expect, test } from "vitest";

import { EdgeWatch } from "../../../agent/edge/edge-watch.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { freshnessOf } from "../doctor/freshness-sample.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

function world(answers: readonly (Partial<Freshness> | null)[]) {
  const clock = new VirtualClock();
  const left = [...answers];
  let asked = 0;
  const ask = (): Promise<Freshness> => {
    asked += 1;
    const answer = left.shift() ?? null;
    return answer === null ? Promise.reject(new Error("away")) : Promise.resolve(freshnessOf(answer));
  };
  return { clock, watch: new EdgeWatch(ask, clock), asked: () => asked };
}

test("dead letters are not known before the edge has said, and cost it a question in five minutes at most", async () => {
  const { clock, watch, asked } = world([{ dead: 3 }, null, { dead: 0 }]);
  expect(watch.deadLetters()).toBeNull();
  await clock.advance(0);
  const said = { count: 3, askedMs: clock.monotonicMs() };
  for (let n = 0; n < 100; n += 1) expect(watch.deadLetters()).toEqual(said);
  expect(asked()).toBe(1);
  await clock.advance(5 * 60_000);
  // The edge is away: what it said last is still all that is known, and when that was.
  for (let n = 0; n < 3; n += 1) expect(watch.deadLetters()).toEqual(said);
  await clock.advance(5 * 60_000);
  watch.deadLetters();
  await clock.advance(0);
  expect([watch.deadLetters()?.count, asked()]).toEqual([0, 3]);
});
