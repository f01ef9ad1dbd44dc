import { expect, onTestFinished, test } from "vitest";

import { InProcessSlotProvider } from "../../../agent/slots/in-process-slot-provider.ts";
import type { ContainerChange, SlotSpec } from "../../../agent/slots/slot-provider.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const spec = (name: string): SlotSpec => ({
  name,
  pool: poolOf(),
  scope: "acme",
  runnerId: 7,
  jitConfig: `jit ${name}`,
});

interface Runner {
  readonly jitConfig: string;
  readonly end: (exitCode: number) => void;
  readonly fail: (error: Error) => void;
}

function fixture() {
  const clock = new VirtualClock();
  const runners: Runner[] = [];
  const run = (jitConfig: string, signal: AbortSignal): Promise<{ exitCode: number }> =>
    new Promise((resolve, reject) => {
      runners.push({ jitConfig, end: (exitCode) => resolve({ exitCode }), fail: reject });
      signal.addEventListener("abort", () => resolve({ exitCode: 143 }), { once: true });
    });
  const provider = new InProcessSlotProvider(run, clock);
  const changes: ContainerChange[] = [];
  const watching = new AbortController();
  void provider.watch((change) => changes.push(change), watching.signal);
  onTestFinished(() => watching.abort());
  return { clock, provider, runners, changes, watching };
}

test("a slot runs with its JIT configuration, is listed, tells of its end and stays until it is removed", async () => {
  const { clock, provider, runners, changes } = fixture();
  const startedAtMs = clock.now();
  expect(await provider.start(spec("a"))).toEqual({ startedAtMs });
  expect(runners.map(({ jitConfig }) => jitConfig)).toEqual(["jit a"]);
  expect(await provider.list()).toMatchObject([
    { name: "a", poolKey: "home", scope: "acme", runnerId: 7, state: "running" },
  ]);
  await clock.advance(10);
  runners[0]?.end(0);
  await clock.advance(0);
  expect(changes).toEqual([{ kind: "resync" }, { kind: "exited", name: "a", exitCode: 0 }]);
  expect(await provider.list()).toMatchObject([{ state: "exited", exitCode: 0, finishedAtMs: startedAtMs + 10 }]);
  await provider.remove("a");
  expect(await provider.list()).toEqual([]);
});

test("a runner that throws is a slot that exited with 1", async () => {
  const { clock, provider, runners, changes } = fixture();
  await provider.start(spec("a"));
  runners[0]?.fail(new Error("out of memory"));
  await clock.advance(0);
  expect(changes.at(-1)).toEqual({ kind: "exited", name: "a", exitCode: 1 });
});

test("a stop ends the runner and waits for it; one that is gone is a success", async () => {
  const { provider } = fixture();
  await provider.start(spec("a"));
  await provider.stop("a");
  await provider.stop("nobody");
  expect(await provider.list()).toMatchObject([{ state: "exited", exitCode: 143 }]);
});

test("a running slot is not removed, a taken name not given out twice, and a missing slot is removed already", async () => {
  const { provider } = fixture();
  await provider.start(spec("a"));
  await expect(provider.remove("a")).rejects.toMatchObject({ code: "rejected", remedy: "stop it first" });
  await expect(provider.start(spec("a"))).rejects.toMatchObject({ code: "name-taken" });
  await provider.remove("nobody");
});

test("a watch that has ended hears no more", async () => {
  const { clock, provider, runners, changes, watching } = fixture();
  await provider.start(spec("a"));
  watching.abort();
  await clock.advance(0);
  runners[0]?.end(0);
  await clock.advance(0);
  expect(changes).toEqual([{ kind: "resync" }]);
});
