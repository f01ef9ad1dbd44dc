import type { InitWorld } from "../../agent/init/world.ts";

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
        read: files.read,
        exists: files.exists,
        isEmptyFolder: files.isEmptyFolder,
        write: write(files.write),
        rename: write(files.rename),
        remove: write(files.remove),
        makeFolder: write(files.makeFolder),
        removeFolder: write(files.removeFolder),
      },
    },
  };
}
