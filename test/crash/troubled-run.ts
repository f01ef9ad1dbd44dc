import { guid } from "../samples/signal.ts";
import { RETENTION_MS } from "./crash-edge.ts";
import type { CrashWorld } from "./world.ts";

/** The agent cannot read these. */
export const POISON = [2, 6];
/** Comes while the agent's disk is full. */
export const FULL_DISK = 3;
/** Does not go into the journal for a while. */
export const REFUSED_AT_FIRST = 4;
/** Does not go in until it was set aside and an operator puts it back. */
export const REFUSED_FOR_LONG = 5;
/** All of them. */
export const DELIVERIES = [1, 2, 3, 4, 5, 6, 7];

/** A process that died is up again: an agent without a journal would wait for a full disk before anything else. */
const A_START_MS = 100;
/** A retry comes after 1, 2, 4 seconds and so on. */
const A_FEW_RETRIES_MS = 2500;
/** The agent dials again after a second, two, and so on. */
const A_FEW_DIALS_MS = 2500;

/** Everything that happens in one run, with copies of some deliveries and a change of generations in the middle. */
export async function playTroubledRun(world: CrashWorld): Promise<void> {
  const { clock, disk, eyes } = world;
  for (const n of POISON) eyes.unreadable.add(guid(n));
  await world.deliverUntilTold(1, 2);
  await world.deliverUntilTold(2, 2);
  await clock.advance(A_START_MS);
  disk.full = true;
  await world.deliverUntilTold(FULL_DISK);
  await clock.advance(A_FEW_DIALS_MS);
  disk.full = false;
  disk.refuses.add(guid(REFUSED_AT_FIRST));
  await world.deliverUntilTold(REFUSED_AT_FIRST);
  await clock.advance(A_FEW_RETRIES_MS);
  disk.refuses.delete(guid(REFUSED_AT_FIRST));
  await clock.advance(2 * RETENTION_MS);
  await putBackByHand(world);
  await world.deliverUntilTold(6);
  await world.deliverUntilTold(7);
  await world.until(() => world.settled());
}

/** A signal that the journal refuses until it is a dead letter, and an operator who puts it back. */
async function putBackByHand(world: CrashWorld): Promise<void> {
  const id = guid(REFUSED_FOR_LONG);
  const letter = () => world.letters().find((each) => each.guid === id);
  world.disk.refuses.add(id);
  await world.deliverUntilTold(REFUSED_FOR_LONG, 2);
  await world.until(() => letter() !== undefined);
  world.disk.refuses.delete(id);
  for (let round = 0; round < 20 && !world.journaled().includes(id); round += 1) {
    const { seq = null } = letter() ?? {};
    if (seq !== null) world.edge.requeue(seq);
    await world.clock.advance(1000);
  }
}

/** The agent is upgraded to a version that reads everything. */
export async function playUpgrade(world: CrashWorld): Promise<void> {
  world.upgrade();
  await world.until(() => world.settled() && world.letters().length === 0);
}
