/** Each kind starts where GitHub's real numbers are, beyond 32 bits where theirs are. */
const FIRST = {
  account: 9_919,
  repository: 591_427_149,
  group: 1,
  run: 14_747_967_848,
  job: 48_541_957_942,
  runner: 101,
  hook: 501_234_567,
  delivery: 170_000_000_001,
  app: 1_207_311,
  installation: 58_154_469,
  token: 1,
  event: 1,
};

/** Numbers that are given once. */
export class Ids {
  readonly #next = { ...FIRST };

  take(kind: keyof typeof FIRST): number {
    return this.#next[kind]++;
  }
}
