import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import * as z from "zod";
import type { ContainerCreateRequest } from "@docker/node-sdk";
import { systemClock } from "../../../../agent/clock/system-clock.ts";
import { DockerSlotProvider } from "../../../../agent/slots/docker/docker-provider.ts";
import type { Pool } from "../../../../shared/fleet/pool.ts";
import { dockerAvailable, dockerRequired, dockerTest, uniqueInstance } from "../../../stand-ins/docker/engine.ts";
import { buildRunnerImage, type RunnerImage } from "../../../stand-ins/docker/runner-image.ts";
import {
  calm,
  JIT_CONFIG,
  keepingLogger,
  poolOf,
  providerOn,
  specOf,
} from "../../../stand-ins/docker/slot-fixtures.ts";
import { engineHost, rawCall } from "../../../stand-ins/docker/raw-call.ts";

/** What the container does is its JIT configuration here: a shell command. */
const RUN_SCRIPT = '#!/bin/sh\neval "$ACTIONS_RUNNER_INPUT_JITCONFIG"\n';
const WAIT = "trap 'exit 143' TERM; echo up; sleep 600 & wait $!";

const instance = uniqueInstance();
const { provider, client } = providerOn(engineHost, instance);
let runner: RunnerImage;

beforeAll(async () => {
  if (dockerAvailable || dockerRequired)
    runner = await buildRunnerImage({ runScript: RUN_SCRIPT, volumes: ["/cache"] });
});

afterEach(async () => {
  if (!dockerAvailable) return;
  for (const row of await client.containers.list("hookline.instance", instance, calm())) {
    await client.containers.remove(row.id, { force: true }, calm());
  }
});

afterAll(async () => {
  await runner?.remove();
  client.close();
});

function runnerPool(changes: Partial<Pool> = {}): Pool {
  return poolOf({ image: runner.image, ...changes });
}

async function started(command: string, changes: Partial<Pool> = {}): Promise<string> {
  const spec = specOf(runnerPool(changes), { jitConfig: command });
  await provider.start(spec, calm());
  return spec.name;
}

async function slotNamed(name: string) {
  return (await provider.list(calm())).find((slot) => slot.name === name) ?? null;
}

async function ended(name: string): Promise<void> {
  await expect.poll(async () => (await slotNamed(name))?.state).toBe("exited");
}

async function createForeign(name: string, changes: Partial<ContainerCreateRequest> = {}): Promise<string> {
  const body = {
    Image: runner.image,
    Cmd: ["sleep", "600"],
    Labels: { "hookline.instance": "somebody-else" },
    HostConfig: { NetworkMode: "host" },
    ...changes,
  };
  const answer = await rawCall("POST", `/containers/create?name=${name}`, JSON.stringify(body));
  return z.object({ Id: z.string() }).parse(JSON.parse(answer)).Id;
}

dockerTest("a slot starts under its own name, is listed with what adoption needs, ends and is removed", async () => {
  const before = Date.now();
  const spec = specOf(runnerPool(), { jitConfig: "hostname; id -u; exit 7", scope: "acme/site", runnerId: 4711 });
  const { startedAtMs } = await provider.start(spec, calm());
  expect(startedAtMs).toBeGreaterThanOrEqual(before);
  await ended(spec.name);
  const slot = await slotNamed(spec.name);
  expect(slot).toMatchObject({ poolKey: "small", scope: "acme/site", runnerId: 4711, exitCode: 7, oomKilled: false });
  expect(slot?.createdAtMs).toBeGreaterThanOrEqual(before);
  // Not one against the other: a busy engine notes the start of a short container after its end.
  expect(slot?.startedAtMs).toBeGreaterThanOrEqual(slot?.createdAtMs ?? Number.NaN);
  expect(slot?.finishedAtMs).toBeGreaterThanOrEqual(slot?.createdAtMs ?? Number.NaN);
  expect(await provider.logTail(spec.name, 10, calm())).toBe(`${spec.name}\n1001`);
  await provider.remove(spec.name, calm());
  expect(await slotNamed(spec.name)).toBeNull();
  await provider.remove(spec.name, calm());
  await provider.stop(spec.name, 1_000, calm());
  expect(await provider.logTail(spec.name, 10, calm())).toBe("");
});

dockerTest("the limits and the settings of the pool are in force in the container", async () => {
  const name = await started(WAIT, { resources: { cpus: 0.5, memoryBytes: 64 * 2 ** 20, pidsLimit: 99 } });
  const detail = JSON.parse(await rawCall("GET", `/containers/${name}/json`));
  expect(detail.HostConfig).toMatchObject({
    NanoCpus: 500_000_000,
    Memory: 64 * 2 ** 20,
    PidsLimit: 99,
    Init: true,
    AutoRemove: false,
    Privileged: false,
    NetworkMode: "host",
    RestartPolicy: { Name: "no" },
  });
  expect(JSON.stringify(detail.Mounts)).not.toContain("docker.sock");
});

dockerTest("N16 a slot killed for memory is told from one that failed", async () => {
  const name = await started("x=$(head -c 200m /dev/zero | tr '\\0' a)", { resources: { memoryBytes: 16 * 2 ** 20 } });
  await ended(name);
  expect(await slotNamed(name)).toMatchObject({ oomKilled: true });
});

dockerTest("a slot asked to stop gets its signal and its grace; one that ignores it is killed", async () => {
  const polite = await started(WAIT);
  await expect.poll(() => provider.logTail(polite, 1, calm())).toBe("up");
  await provider.stop(polite, 10_000, calm());
  expect(await slotNamed(polite)).toMatchObject({ state: "exited", exitCode: 143 });
  await provider.stop(polite, 10_000, calm());

  const deaf = await started("trap '' TERM; echo up; while :; do sleep 1; done");
  await expect.poll(() => provider.logTail(deaf, 1, calm())).toBe("up");
  await provider.stop(deaf, 500, calm());
  expect(await slotNamed(deaf)).toMatchObject({ state: "exited", exitCode: 137 });
});

dockerTest("a slot that still runs is not removed", async () => {
  const name = await started(WAIT);
  await expect(provider.remove(name, calm())).rejects.toMatchObject({ code: "rejected" });
  expect(await slotNamed(name)).toMatchObject({ state: "running" });
});

dockerTest("N14 promise 11: a slot that cannot start leaves no container, and no secret in error or log", async () => {
  const { log, lines } = keepingLogger();
  const network = `no-such-network-${instance}`;
  const unlucky = new DockerSlotProvider({ client, instance, clock: systemClock, random: Math.random, log, network });
  const failure = await unlucky.start(specOf(runnerPool()), calm()).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "start-failed", message: expect.stringContaining(network) });
  expect(await provider.list(calm())).toEqual([]);
  const shown = [String(failure), JSON.stringify(failure), inspect(failure), ...lines].join("\n");
  expect(shown).not.toContain(JIT_CONFIG);
});

dockerTest("a command that does not exist ends the slot at once, and its log says which", async () => {
  const spec = specOf(runnerPool({ command: ["/no/such/command"] }));
  await provider.start(spec, calm());
  await ended(spec.name);
  expect(await slotNamed(spec.name)).toMatchObject({ exitCode: 127 });
  expect(await provider.logTail(spec.name, 5, calm())).toContain("/no/such/command");
});

dockerTest("what the host refuses is refused with the engine's reason, and leaves nothing", async () => {
  const spec = specOf(runnerPool({ resources: { memoryBytes: 1 } }));
  await expect(provider.start(spec, calm())).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringMatching(/memory/i),
  });
  expect(await provider.list(calm())).toEqual([]);
});

dockerTest("a start given up half-way leaves nothing", async () => {
  for (const given of ["before", "during"] as const) {
    const impatient = new AbortController();
    if (given === "before") impatient.abort(new Error("no longer wanted"));
    const start = provider.start(specOf(runnerPool(), { jitConfig: WAIT }), impatient.signal);
    if (given === "during") queueMicrotask(() => impatient.abort(new Error("no longer wanted")));
    await expect(start).rejects.toThrow("no longer wanted");
    expect(await provider.list(calm())).toEqual([]);
  }
});

dockerTest("N22 a name that is taken is said to be taken, and its holder lives on", async () => {
  const mine = await started(WAIT);
  await expect(provider.start(specOf(runnerPool(), { name: mine }), calm())).rejects.toMatchObject({
    code: "name-taken",
    message: expect.stringContaining("this agent"),
  });
  expect(await slotNamed(mine)).toMatchObject({ state: "running" });
});

dockerTest("promise 12: containers of another instance are neither listed, stopped, read nor removed", async () => {
  const name = `hl-foreign-${instance.slice(-8)}`;
  const id = await createForeign(name);
  try {
    await rawCall("POST", `/containers/${id}/start`);
    expect(await slotNamed(name)).toBeNull();
    await provider.stop(name, 0, calm());
    await provider.remove(name, calm());
    expect(await provider.logTail(name, 5, calm())).toBe("");
    await expect(provider.start(specOf(runnerPool(), { name }), calm())).rejects.toMatchObject({ code: "name-taken" });
    expect(await client.containers.inspect(id, calm())).toMatchObject({ id, name, status: "running" });
    // A container's id is not its name: nothing is reached by it.
    const own = await started(WAIT);
    const ownId = (await client.containers.inspect(own, calm()))?.id ?? "";
    await provider.stop(ownId.slice(0, 12), 0, calm());
    expect(await slotNamed(own)).toMatchObject({ state: "running" });
  } finally {
    await client.containers.remove(id, { force: true }, calm());
  }
});

dockerTest("N7 a removed slot takes its anonymous volumes with it", async () => {
  const name = await started("exit 0");
  await ended(name);
  const { Mounts } = z
    .object({ Mounts: z.array(z.object({ Name: z.string() })).length(1) })
    .parse(JSON.parse(await rawCall("GET", `/containers/${name}/json`)));
  const volume = Mounts[0]?.Name ?? "";
  await rawCall("GET", `/volumes/${volume}`);
  await provider.remove(name, calm());
  await expect(rawCall("GET", `/volumes/${volume}`)).rejects.toThrow("404");
});

dockerTest("the log tail is the last lines, of both streams", async () => {
  const name = await started("for i in 1 2 3 4; do echo line $i; done");
  await ended(name);
  expect(await provider.logTail(name, 2, calm())).toBe("line 3\nline 4");
  const loud = await started("echo out; echo 'fürs Protokoll' >&2");
  await ended(loud);
  expect((await provider.logTail(loud, 2, calm())).split("\n").toSorted()).toEqual(["fürs Protokoll", "out"]);
});

dockerTest("N6 a log driver that keeps nothing gives an empty tail, not an error", async () => {
  const name = `hl-mute-${instance.slice(-8)}`;
  const id = await createForeign(name, {
    Cmd: ["echo", "unheard"],
    Labels: { "hookline.instance": instance },
    HostConfig: { NetworkMode: "host", LogConfig: { Type: "none" } },
  });
  await rawCall("POST", `/containers/${id}/start`);
  await ended(name);
  expect(await provider.logTail(name, 5, calm())).toBe("");
});

dockerTest("a slot created and never started is listed as such", async () => {
  const name = `hl-early-${instance.slice(-8)}`;
  await createForeign(name, { Labels: { "hookline.instance": instance } });
  expect(await slotNamed(name)).toMatchObject({ state: "created", exitCode: null, runnerId: null, startedAtMs: null });
  await provider.stop(name, 0, calm());
  await provider.remove(name, calm());
  expect(await slotNamed(name)).toBeNull();
});

dockerTest("starting or stopping twice is a success, killing and removing what is gone too", async () => {
  const name = await started(WAIT);
  expect(await client.containers.start(name, calm())).toBe(false);
  await expect.poll(async () => (await slotNamed(name))?.state).toBe("running");
  expect(await client.containers.kill(name, calm())).toBe(true);
  await ended(name);
  expect(await client.containers.kill(name, calm())).toBe(false);
  expect(await client.containers.stop(name, 0, calm())).toBe(false);
  expect(await client.containers.remove(name, { force: false }, calm())).toBe(true);
  expect(await client.containers.remove(name, { force: false }, calm())).toBe(false);
  expect(await client.containers.inspect(name, calm())).toBeNull();
});

dockerTest("six slots start at the same time and all run", async () => {
  const names = await Promise.all(Array.from({ length: 6 }, () => started(WAIT)));
  const slots = await provider.list(calm());
  expect(slots.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  expect(slots.every(({ state }) => state === "running")).toBe(true);
});

dockerTest("an image that is there is found with its age, and prepare pulls nothing", async () => {
  await provider.prepare([runnerPool()], calm());
  const image = await client.images.inspect(runner.image, calm());
  expect(Date.parse(image?.created ?? "")).toBeLessThanOrEqual(Date.now());
  expect(image?.labels).toMatchObject({ "hookline.test": "true" });
  expect(await client.images.inspect("hookline-test-runner:none", calm())).toBeNull();
});
