import { expect, onTestFinished, test } from "vitest";

import { hostRoom } from "../../../agent/slots/docker/host-room.ts";
import type { Pool } from "../../../shared/fleet/pool.ts";
import { PLAIN_CONTAINER } from "../../../shared/fleet/container-options.ts";
import { job, poolOf } from "../../shared/controller/world.ts";
import { CAPABLE_INFO, FakeEngine } from "../../stand-ins/docker/fake-engine.ts";
import { calm, poolOf as dockerPool, providerOn } from "../../stand-ins/docker/slot-fixtures.ts";
import { fails } from "../../stand-ins/docker/fake-slots.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { SlotWorld } from "./slot-world.ts";

const PLENTY = 2 ** 40;

async function admittedWith(free: { readonly disk?: number | null; readonly memory?: number | null }): Promise<void> {
  await using engine = await FakeEngine.start();
  const { disk = PLENTY, memory = PLENTY } = free;
  const room = { freeDiskBytes: () => disk, freeMemoryBytes: () => memory };
  const rule = { room, minFreeDiskBytes: 2 ** 30, minFreeMemoryBytes: 2 ** 28 };
  await providerOn(engine.host, "mine", { room: rule }).provider.admit("slot-1", dockerPool(), calm());
}

test("N7 a disk that is nearly full stops new slots, with the figures and what to do", async () => {
  await expect(admittedWith({ disk: 2 ** 30 - 1 })).rejects.toMatchObject({
    code: "no-room",
    message: expect.stringMatching(/1023 MiB of disk left.*1 GiB/),
    remedy: expect.stringMatching(/docker image prune.*HOOKLINE_MIN_FREE_DISK/s),
  });
  await admittedWith({ disk: 2 ** 30 });
});

test("N16 memory below the floor stops new slots; a machine that does not tell is not held back", async () => {
  await expect(admittedWith({ memory: 0 })).rejects.toMatchObject({
    code: "no-room",
    remedy: expect.stringContaining("HOOKLINE_MIN_FREE_MEMORY"),
  });
  await admittedWith({ disk: null, memory: null });
});

/** How many of a burst of slots are admitted at once on a machine with so much memory free. */
async function burst(
  count: number,
  freeBytes: number,
  pool: Pool,
  floorBytes = 2 ** 28,
): Promise<{ names: string[]; provider: Admitting }> {
  const engine = await FakeEngine.start();
  onTestFinished(() => engine[Symbol.asyncDispose]());
  const room = { freeDiskBytes: () => PLENTY, freeMemoryBytes: () => freeBytes };
  const rule = { room, minFreeDiskBytes: 2 ** 30, minFreeMemoryBytes: floorBytes };
  const { provider } = providerOn(engine.host, "mine", { room: rule });
  const names: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    await provider.admit(`slot-${n}`, pool, calm()).then(
      () => names.push(`slot-${n}`),
      (error: unknown) => expect(error).toMatchObject({ code: "no-room" }),
    );
  }
  return { names, provider };
}

type Admitting = ReturnType<typeof providerOn>["provider"];
const GIB = 2 ** 30;
const limited = (memoryBytes: number): Pool => ({ ...dockerPool(), resources: { memoryBytes } });

test("C-12: what slots that start will take is reserved: of eight with 2 GiB each, one starts beside 3 GiB free", async () => {
  expect((await burst(8, 3 * GIB, limited(2 * GIB))).names).toEqual(["slot-1"]);
  expect((await burst(8, 9 * GIB, limited(2 * GIB))).names).toHaveLength(4);
});

test("C-12: without a memory limit each slot counts with the floor, and a machine is never held back by one alone", async () => {
  expect((await burst(8, GIB, dockerPool())).names).toHaveLength(3);
  expect((await burst(2, GIB, limited(4 * GIB))).names).toEqual(["slot-1"]);
  expect((await burst(8, 0, limited(4 * GIB), 0)).names).toHaveLength(8);
});

test("C-12: what did not come, or has ended, gives its reservation back", async () => {
  const { provider } = await burst(8, 3 * GIB, limited(2 * GIB));
  await expect(provider.admit("slot-9", limited(2 * GIB), calm())).rejects.toMatchObject({
    message: expect.stringMatching(/slots that are starting/),
  });
  provider.dismiss("slot-1");
  await provider.admit("slot-9", limited(2 * GIB), calm());
  await provider.remove("slot-9", calm());
  await provider.admit("slot-10", limited(2 * GIB), calm());
});

test.each(["3.10.108", "4.3.9", "2.6.32"])(
  "N5 on kernel %s nothing is asked of Docker but /info, and the reason is told",
  async (kernel) => {
    await using engine = await FakeEngine.start({ info: { ...CAPABLE_INFO, KernelVersion: kernel } });
    await expect(providerOn(engine.host, "mine").provider.admit("slot-1", dockerPool(), calm())).rejects.toMatchObject({
      code: "host",
      message: expect.stringMatching(new RegExp(`${kernel}.*getrandom`)),
    });
    expect(engine.calls).toEqual(["GET /info"]);
  },
);

test.each(["4.4.302+", "5.10.55+", "6.1.0-13-amd64", ""])("N5 kernel %s is taken", async (kernel) => {
  await using engine = await FakeEngine.start({ info: { ...CAPABLE_INFO, KernelVersion: kernel } });
  await providerOn(engine.host, "mine").provider.admit("slot-1", dockerPool(), calm());
});

test("a machine that cannot take a slot registers no runner; the job stays in demand and is served later", async () => {
  const world = new SlotWorld({ pools: [poolOf({ max: 1 })] });
  world.provider.admitHooks.push(fails("no-room"));
  await world.adopt();
  await world.jobs(job(1));
  expect(world.github.callsOf("jit")).toEqual([]);
  expect(world.ledger.demand()).toBe(1);
  await world.advance(5000);
  expect(world.provider.callsOf("start")).toHaveLength(1);
});

test("this machine says what it has left", () => {
  const room = hostRoom(temporaryFolder());
  expect(room.freeDiskBytes()).toBeGreaterThan(0);
  if (process.platform === "linux") expect(room.freeMemoryBytes()).toBeGreaterThan(0);
  expect(hostRoom("/no/such/folder").freeDiskBytes()).toBeNull();
});

test("a start that hangs is given up at its pool's deadline, and takes its registration with it", async () => {
  const container = { ...PLAIN_CONTAINER, startDeadlineMs: 90_000 };
  const world = new SlotWorld({ pools: [{ ...poolOf({ max: 1 }), container }] });
  world.provider.startHooks.push(
    (signal) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  );
  await world.adopt();
  await world.jobs(job(1));
  await world.advance(89_000);
  expect(world.github.callsOf("delete")).toEqual([]);
  await world.advance(1000);
  expect(world.github.callsOf("delete")).toHaveLength(1);
  expect(JSON.stringify(world.log.records())).toContain("startDeadlineSeconds");
});
