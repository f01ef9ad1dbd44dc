import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import type { GitHubWorld } from "./github-world.ts";
import type { SimClock } from "./sim-clock.ts";

/** A container, as the runner in it sees it. */
export interface RunnersContainer {
  readonly runnerId: number;
  readonly runs: () => boolean;
  readonly exit: (exitCode: number) => void;
}

/** The runner in a container that has just started: it reaches GitHub a moment later, and ends the container when it ends. */
export function bootRunner(
  { github, conditions, clock, dice }: RunnersWorld,
  { runnerId, runs, exit }: RunnersContainer,
): void {
  if (conditions().runnersDeaf) return;
  clock.after(dice.between(800, 3000), () => {
    if (!runs()) return;
    const ended = (exitCode: number): void => {
      if (!conditions().containersHang) exit(exitCode);
    };
    if (!github.connect(runnerId, conditions().runnersPassedOver, ended)) ended(1);
  });
}

/** What is around the machines of a simulated world. */
export interface RunnersWorld {
  readonly github: GitHubWorld;
  readonly conditions: () => Conditions;
  readonly clock: SimClock;
  readonly dice: Dice;
}
