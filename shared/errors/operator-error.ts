/** What an error of the family carries besides its code and its two sentences. */
export interface OperatorErrorOptions {
  readonly cause?: unknown;
}

/**
 * Something went wrong that an operator can do something about. `message` says what happened and where, `remedy` what to
 * do; neither holds a secret. Every error that Hookline throws on purpose is one, told apart by its code.
 */
export class OperatorError<Code extends string = string> extends Error {
  /** A stable word for scripts and logs. */
  readonly code: Code;
  /** A sentence; empty where there is nothing to do. */
  readonly remedy: string;

  constructor(code: Code, message: string, remedy: string, { cause }: OperatorErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
  }

  /** The name of the class, which a minifier might shorten, is not relied on anywhere. */
  override get name(): string {
    return this.constructor.name;
  }
}
