import type { DoctorWorld, Run } from "./doctor-world.ts";

type Undo = () => unknown;

/** How a row leaves the world: what the doctor is run with, and how to mend the world again. */
export interface Break extends Run {
  readonly undo?: Undo;
}

/** One way in which a chain is broken, and the one check that is to tell of it. */
export interface BrokenWorld {
  readonly name: string;
  readonly check: string;
  readonly status: "warn" | "fail";
  readonly summary: RegExp;
  readonly remedy: RegExp;
  readonly detail?: RegExp;
  /** Another check that warns of the same setting for a reason of its own. */
  readonly also?: RegExp;
  /** Checks that cannot judge for that reason; none where it is left out. */
  readonly skips?: RegExp;
  readonly breakIt: (world: DoctorWorld) => Break | Promise<Break>;
}

/** Has GitHub ping the hook, and waits for the answer. */
export async function ping({ github, hook }: DoctorWorld): Promise<void> {
  github.ping(hook.id);
  await github.deliveriesSettled();
}
