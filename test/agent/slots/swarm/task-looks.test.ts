import { expect, onTestFinished, test } from "vitest";

import { sleep } from "../../../../agent/clock/sleep.ts";
import type { SwarmTask } from "../../../../agent/docker/swarm-api.ts";
import type { ContainerChange } from "../../../../agent/slots/slot-provider.ts";
import { TaskLooks } from "../../../../agent/slots/swarm/task-looks.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";

function looking(answersAfterMs = 0) {
  const clock = new VirtualClock();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  let calls = 0;
  const states = new Map<string, string>();
  const tasks = async (): Promise<readonly SwarmTask[]> => {
    calls += 1;
    await sleep(clock, answersAfterMs, over.signal);
    return [...states].map(([serviceId, state]) => {
      return { serviceId, nodeId: "n1", state, sinceMs: null, error: null, exitCode: state === "failed" ? 7 : 0 };
    });
  };
  const looks = new TaskLooks({ clock, tasks });
  const changes: ContainerChange[] = [];
  void looks.watch((change) => changes.push(change), over.signal);
  return { clock, looks, states, changes, signal: over.signal, calls: () => calls };
}

/** Waits for a task as a start does; after how long it is known to run, milliseconds. */
async function noticed({ clock, looks, signal }: Pick<ReturnType<typeof looking>, "clock" | "looks" | "signal">) {
  const sinceMs = clock.monotonicMs();
  while (!(await looks.soon(sinceMs, signal)).some(({ state }) => state === "running"));
  return clock.monotonicMs() - sinceMs;
}

test("promise 14: at rest nobody is asked; while tasks live, one call each five seconds for all", async () => {
  const { clock, looks, states, changes, calls } = looking();
  await clock.advance(3_600_000);
  expect(calls()).toBe(0);
  for (const id of ["a", "b", "c"]) {
    states.set(id, "running");
    looks.add(`slot-${id}`, id);
  }
  await clock.advance(60_000);
  expect(calls()).toBe(12);
  states.set("b", "failed");
  await clock.advance(5000);
  expect(changes).toEqual([{ kind: "exited", name: "slot-b", exitCode: 7 }]);
  states.set("a", "complete").set("c", "complete");
  await clock.advance(5000);
  const before = calls();
  await clock.advance(3_600_000);
  expect([calls(), changes.length]).toEqual([before, 3]);
});

test.each([300, 700, 1000, 1600, 2600, 4000])(
  "promise 10: a task that runs after %i ms is known to run within a quarter of that",
  async (tookMs) => {
    const { clock, looks, states, signal } = looking();
    states.set("a", "starting");
    clock.after(tookMs, () => states.set("a", "running"));
    const known = noticed({ clock, looks, signal });
    await clock.advance(tookMs + 1000);
    const late = (await known) / tookMs;
    expect(late).toBeLessThanOrEqual(1.25);
  },
);

test("promise 14: while slots start, the engine is asked seven times in the first second, then ever less often, down to twice a second, however many wait", async () => {
  const { clock, looks, states, calls, signal } = looking();
  states.set("a", "pending");
  for (let n = 0; n < 12; n += 1) noticed({ clock, looks, signal }).catch(() => undefined);
  await clock.advance(1000);
  expect(calls()).toBe(7);
  await clock.advance(2000);
  expect(calls()).toBe(13);
  const before = calls();
  await clock.advance(60_000);
  expect(calls() - before).toBeLessThanOrEqual(120);
});

test("promise 14: an engine that takes long to answer is asked less often: a tenth of its time at most, or twice a second", async () => {
  const { clock, looks, states, calls, signal } = looking(40);
  states.set("a", "pending");
  noticed({ clock, looks, signal }).catch(() => undefined);
  await clock.advance(2500);
  expect(calls()).toBeLessThanOrEqual(6);
});

test("who gives up waiting is told at once, and the others are not", async () => {
  const { clock, looks, signal } = looking();
  const one = new AbortController();
  const [given, other] = [looks.soon(0, one.signal), looks.soon(0, signal)];
  one.abort(new Error("too late"));
  await expect(given).rejects.toThrow("too late");
  await clock.advance(500);
  expect(await other).toEqual([]);
});
