/** An answer as it was when GitHub gave it this ETag. */
export interface CachedAnswer {
  readonly etag: string;
  /** JSON of the fields that are used, not of the whole answer. */
  readonly json: string;
  readonly nextUrl: string | null;
}

const MAX_ENTRIES = 2_000;
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * Answers kept for `If-None-Match`, the least recently used dropped first. A 304 costs nothing of the limit:
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
 */
export class EtagCache {
  readonly #entries = new Map<string, CachedAnswer>();
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  #characters = 0;

  constructor(maxEntries = MAX_ENTRIES, maxCharacters = MAX_CHARACTERS) {
    this.#maxEntries = maxEntries;
    this.#maxCharacters = maxCharacters;
  }

  get(key: string): CachedAnswer | null {
    const entry = this.#entries.get(key);
    if (entry === undefined) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  set(key: string, entry: CachedAnswer): void {
    this.#drop(key);
    if (entry.json.length > this.#maxCharacters) return;
    this.#entries.set(key, entry);
    this.#characters += entry.json.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#characters <= this.#maxCharacters) return;
      this.#drop(oldest);
    }
  }

  get size(): number {
    return this.#entries.size;
  }

  #drop(key: string): void {
    this.#characters -= this.#entries.get(key)?.json.length ?? 0;
    this.#entries.delete(key);
  }
}
