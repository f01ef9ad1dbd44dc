import { happenedWithin } from "../clock/happened-within.ts";
import type { SignatureProblem } from "../signature/signature-header.ts";
import type { AcceptOutcome, DeliveryNote, MatchedSecret } from "./mailbox-port.ts";

const QUIET_MS = 60_000;
/** Routes change while this isolate remembers; a new pool's first job must not wait for long. */
const FOREIGN_MS = 5000;
const MAX_FOREIGN = 500;

/** What is known of a delivery whose body is proven. */
export interface SignedDelivery {
  readonly hookId: string | null;
  readonly matched: MatchedSecret;
  /** Names the secret. */
  readonly key: string;
  readonly receivedAtMs: number;
}

const NONE = { missing: 0, malformed: 0, mismatch: 0 } as const;

type Foreign = Extract<AcceptOutcome, { kind: "foreign" }>["reason"];

/**
 * Bounds what traffic that is not ours can ask of the mailbox: notes of one kind go through once a minute, and
 * a class of foreign deliveries that the mailbox has turned away is not asked about again for five seconds.
 */
export class NoteThrottle {
  readonly #lastNoteMs = new Map<string, number>();
  readonly #foreign = new Map<string, { readonly atMs: number; readonly reason: Foreign }>();
  #rejected: Readonly<Record<SignatureProblem, number>> = NONE;

  /**
   * The note to send now for a refused request, or null while one was sent less than a minute ago. Without a signature
   * of GitHub's form a request is only counted: it comes from strangers, who must not wake the object. A hook without a secret
   * sends no signature, yet its other headers tell it from them.
   */
  rejected(problem: SignatureProblem, likeGitHub: boolean, nowMs: number): DeliveryNote | null {
    this.#rejected = { ...this.#rejected, [problem]: this.#rejected[problem] + 1 };
    const telling = problem === "mismatch" || (problem === "missing" && likeGitHub);
    if (!telling || !this.#due("rejected", nowMs)) return null;
    const counts = this.#rejected;
    this.#rejected = NONE;
    return { kind: "rejected", atMs: nowMs, counts };
  }

  /** The same for a signed delivery that holds no job. Each ping counts: somebody waits for it. */
  signed(kind: "ping" | "ignored", { hookId, matched, key, receivedAtMs: atMs }: SignedDelivery): DeliveryNote | null {
    if (kind === "ignored" && !this.#due(`ignored ${hookId ?? ""} ${key}`, atMs)) return null;
    return { kind, atMs, hookId, matched, key };
  }

  /** Remembers that the mailbox does not want this class of deliveries. */
  turnAway(key: string, reason: Foreign, nowMs: number): void {
    if (this.#foreign.size >= MAX_FOREIGN) this.#foreign.clear();
    this.#foreign.set(key, { atMs: nowMs, reason });
  }

  /** Why this class was turned away less than five seconds ago, or null. */
  turnedAway(key: string, nowMs: number): Foreign | null {
    const entry = this.#foreign.get(key);
    return entry !== undefined && happenedWithin(entry.atMs, nowMs, FOREIGN_MS) ? entry.reason : null;
  }

  #due(kind: string, nowMs: number): boolean {
    const last = this.#lastNoteMs.get(kind);
    if (last !== undefined && happenedWithin(last, nowMs, QUIET_MS)) return false;
    if (this.#lastNoteMs.size >= MAX_FOREIGN) this.#lastNoteMs.clear();
    this.#lastNoteMs.set(kind, nowMs);
    return true;
  }
}
