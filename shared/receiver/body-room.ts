/** A fleet's busiest second brings a few hundred bodies of 16 KiB; a container of 256 MiB and an isolate of 128 bear this. */
export const BODY_ROOM_BYTES = 32 * 1024 * 1024;

/**
 * Each piece costs the runtime a hundred times a byte or more, whatever becomes of it. A megabyte over the smallest packets of
 * IPv4 comes in as many. https://www.rfc-editor.org/rfc/rfc879
 */
const MOST_PIECES = 2048;

/** Room for a usual delivery. */
const FIRST_BYTES = 16 * 1024;

/**
 * What all bodies hold that are under way and not yet known to be GitHub's. Beyond the bound the largest has to go, the
 * oldest among equals: GitHub's own are small, and whoever wants to fill the memory is not.
 */
export class BodyRoom {
  readonly #mostBytes: number;
  readonly #held = new Set<HeldBody>();

  constructor(mostBytes = BODY_ROOM_BYTES) {
    this.#mostBytes = mostBytes;
  }

  /** A body that begins now. Call its `leave` whatever comes of it. */
  enter(limitBytes: number): HeldBody {
    const body = new HeldBody({
      limitBytes,
      grew: () => this.#bound(),
      left: () => void this.#held.delete(body),
    });
    this.#held.add(body);
    return body;
  }

  #bound(): void {
    let total = 0;
    for (const { size } of this.#held) total += size;
    while (total > this.#mostBytes) {
      const [largest, ...others] = this.#held;
      if (largest === undefined) return;
      const victim = others.reduce((most, body) => (body.size > most.size ? body : most), largest);
      total -= victim.size;
      victim.leave();
    }
  }
}

interface HeldBodyOptions {
  readonly limitBytes: number;
  readonly grew: () => void;
  readonly left: () => void;
}

/** One body as far as it has come: each piece is copied, so that it takes at most twice its bytes, however small they are. */
export class HeldBody {
  readonly #options: HeldBodyOptions;
  #bytes: Uint8Array<ArrayBuffer> | null = new Uint8Array(0);
  #length = 0;
  #pieces = 0;

  constructor(options: HeldBodyOptions) {
    this.#options = options;
  }

  /** Bytes of memory that it takes. */
  get size(): number {
    return this.#bytes?.byteLength ?? 0;
  }

  /** What has come; null once it has left. */
  get bytes(): Uint8Array<ArrayBuffer> | null {
    return this.#bytes?.subarray(0, this.#length) ?? null;
  }

  /** Takes a piece. `too-large` beyond the limit, `in-crumbs` beyond 2,048 pieces, `crowded` where it had to make room for others. */
  add(piece: Uint8Array): "taken" | "too-large" | "in-crumbs" | "crowded" {
    if (this.#bytes === null) return "crowded";
    this.#pieces += 1;
    if (this.#pieces > MOST_PIECES) return "in-crumbs";
    const end = this.#length + piece.byteLength;
    if (end > this.#options.limitBytes) return "too-large";
    if (end > this.#bytes.byteLength) this.#grow(Math.max(end, FIRST_BYTES, this.#bytes.byteLength * 2));
    this.#bytes?.set(piece, this.#length);
    this.#length = end;
    return this.#bytes === null ? "crowded" : "taken";
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.min(size, this.#options.limitBytes));
    if (this.#bytes !== null) larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#options.grew();
  }

  /** Lets go of what it holds. Harmless when called twice. */
  leave(): void {
    this.#bytes = null;
    this.#options.left();
  }
}
