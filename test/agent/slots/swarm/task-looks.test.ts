import { expect, onTestFinished, test } from "vitest";

import type { SwarmTask } from "../../../../agent/docker/swarm-api.ts";
import type { ContainerChange } from "../../../../agent/slots/slot-provider.ts";
import { TaskLooks } from "../../../../agent/slots/swarm/task-looks.ts";
import { VirtualClock } from "../../../stand-ins/time/virtual-clock.ts";

function looking() {
  const clock = new VirtualClock();
  const over = new AbortController();
  onTestFinished(() => over.abort());
  let calls = 0;
  const states = new Map<string, string>();
  const tasks = async (): Promise<readonly SwarmTask[]> => {
    calls += 1;
    return [...states].map(([serviceId, state]) => {
      return { serviceId, nodeId: "n1", state, sinceMs: null, error: null, exitCode: state === "failed" ? 7 : 0 };
    });
  };
  const looks = new TaskLooks({ clock, tasks });
  const changes: ContainerChange[] = [];
  void looks.watch((change) => changes.push(change), over.signal);
  return { clock, looks, states, changes, signal: over.signal, calls: () => calls };
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

test("while slots start, two calls a second, however many wait", async () => {
  const { clock, looks, calls, signal } = looking();
  const waiting = Array.from({ length: 12 }, () => looks.soon(signal));
  await clock.advance(500);
  await Promise.all(waiting);
  expect(calls()).toBe(1);
});

test("who gives up waiting is told at once, and the others are not", async () => {
  const { clock, looks, signal } = looking();
  const one = new AbortController();
  const [given, other] = [looks.soon(one.signal), looks.soon(signal)];
  one.abort(new Error("too late"));
  await expect(given).rejects.toThrow("too late");
  await clock.advance(500);
  expect(await other).toEqual([]);
});
