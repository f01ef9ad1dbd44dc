const TOKEN_SHAPES = [
  /\bgh[a-z]_[A-Za-z0-9_.-]{10,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{10,}/g,
  /\bey[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g,
  /\bbearer\s+[A-Za-z0-9+/=._~-]{8,}/gi,
];
const REDACTED = "[redacted]";
const REMEMBERED = 64;
const MAX_LENGTH = 500;

/**
 * Makes text from outside fit for an error or a log line: without any secret it was told of or that looks like
 * one of GitHub's, without control characters, at most 500 characters.
 */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Remembers a secret; the oldest of 64 gives way. */
  remember(secret: string): void {
    this.#secrets.delete(secret);
    this.#secrets.add(secret);
    const [oldest] = this.#secrets;
    if (this.#secrets.size > REMEMBERED && oldest !== undefined) this.#secrets.delete(oldest);
  }

  clean(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, REDACTED);
    for (const shape of TOKEN_SHAPES) clean = clean.replace(shape, REDACTED);
    clean = clean.replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim();
    return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
  }
}
