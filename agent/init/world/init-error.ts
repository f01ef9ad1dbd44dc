/** Why `hookline init` stops; holds no secret. `remedy` is a sentence for the operator. */
export class InitError extends Error {
  override readonly name = "InitError";
  /** Stable word for scripts. */
  readonly code: string;
  readonly remedy: string;
  constructor(code: string, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}
