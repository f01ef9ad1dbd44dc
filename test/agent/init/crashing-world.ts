import type { InitWorld } from "../../../agent/init/world/world.ts";

/** Stands for the end of the process: once it is thrown, nothing more gets done. */
class Crash extends Error {
  override readonly name = "Crash";
}

export interface Crashes {
  readonly world: InitWorld;
  /** Whether the process came to its end before it was done. */
  readonly crashed: () => boolean;
}

/** A world whose process dies right after its n-th effect, so that whoever made it never learns of it. */
export function crashingAfter(n: number, world: InitWorld): Crashes {
  let left = n;
  const spend = (): void => {
    if (left === 0) throw new Crash("the process died");
  };
  const done = (): void => {
    left--;
    spend();
  };
  const { files } = world;
  const write =
    <Args extends readonly unknown[]>(effect: (...args: Args) => void) =>
    (...args: Args): void => {
      spend();
      effect(...args);
      done();
    };
  const call =
    <Args extends readonly unknown[], Result>(effect: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      spend();
      const result = await effect(...args);
      done();
      return result;
    };
  return {
    crashed: () => left === 0,
    world: {
      ...world,
      run: call(world.run),
      fetch: call(world.fetch),
      files: {
        read: (...given) => files.read(...given),
        exists: (...given) => files.exists(...given),
        isEmptyFolder: (...given) => files.isEmptyFolder(...given),
        write: write((...given: Parameters<typeof files.write>) => files.write(...given)),
        rename: write((...given: Parameters<typeof files.rename>) => files.rename(...given)),
        remove: write((...given: Parameters<typeof files.remove>) => files.remove(...given)),
        makeFolder: write((...given: Parameters<typeof files.makeFolder>) => files.makeFolder(...given)),
        removeFolder: write((...given: Parameters<typeof files.removeFolder>) => files.removeFolder(...given)),
      },
    },
  };
}
