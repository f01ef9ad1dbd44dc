const SHOWN = "[secret]";

/**
 * A value that must not be printed: text, JSON and inspection of it show `[secret]`. Whoever needs the value
 * asks for it by `reveal()`, which is easy to find in a review.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. For headers and keys; never for a log, an error or a page. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  /** What `console.log` and `util.inspect` show. https://nodejs.org/api/util.html#utilinspectcustom */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return SHOWN;
  }
}
