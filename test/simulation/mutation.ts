/** One way to break a promise on purpose: `search` stands in `file` once, and is replaced. */
export interface Mutation {
  readonly breaks: string;
  readonly file: string;
  readonly search: string;
  readonly replace: string;
  /** Another defence keeps the promise all the same: what breaks is found by the tests of the rule alone. */
  readonly isBackedUp?: true;
}
