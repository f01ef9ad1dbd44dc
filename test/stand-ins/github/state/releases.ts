/** One published version of actions/runner. */
export interface Release {
  readonly id: number;
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly publishedAtMs: number;
}

/** What https://github.com/actions/runner/releases lists here: nothing until a test publishes something. */
export class Releases {
  readonly #published: Release[] = [];

  add(version: string, publishedAtMs: number): void {
    this.#published.push({ id: this.#published.length + 1, version, publishedAtMs });
  }

  /** The newest first. */
  all(): readonly Release[] {
    return this.#published.toSorted((a, b) => b.publishedAtMs - a.publishedAtMs);
  }
}
