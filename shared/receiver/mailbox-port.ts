import { OperatorError, type OperatorErrorOptions } from "../errors/operator-error.ts";
import type { SignatureProblem } from "../signature/signature-header.ts";
import type { Signal } from "../workflow-job/signal.ts";

/** What became of a signal that was handed to the mailbox. */
export type AcceptOutcome =
  | { readonly kind: "stored"; readonly seq: number }
  | { readonly kind: "duplicate"; readonly seq: number }
  | { readonly kind: "foreign"; readonly reason: "owner" | "labels" };

/** Which of the two active webhook secrets a delivery was signed with. */
export type MatchedSecret = "current" | "previous";

/** Something worth knowing for freshness that is no signal: a signed delivery of no job of ours, or a refusal. */
export type DeliveryNote =
  | {
      readonly kind: "ping" | "ignored";
      readonly atMs: number;
      readonly hookId: string | null;
      readonly matched?: MatchedSecret;
      /** Names the secret. */
      readonly key?: string;
    }
  | {
      readonly kind: "rejected";
      readonly atMs: number;
      /** Refusals since the last note, by reason. */
      readonly counts: Readonly<Record<SignatureProblem, number>>;
    };

/** The mailbox as the receiver needs it: at the edge a Durable Object, in the standalone receiver a file. */
export interface MailboxPort {
  /**
   * Stores a signal once per GUID and resolves only when it is durable. `key` names the secret that it was signed with.
   * `until` is aborted when GitHub will not wait for much longer.
   * @throws {MailboxUnavailable} if it could not be stored by then.
   */
  accept(signal: Signal, matched?: MatchedSecret, key?: string, until?: AbortSignal): Promise<AcceptOutcome>;
  /** Keeps a note for freshness; losing one loses nothing else. */
  note(note: DeliveryNote): Promise<void>;
}

/** The mailbox could not take a signal. GitHub gets a 503, the delivery shows red and can be redelivered. */
export class MailboxUnavailable extends OperatorError<"mailbox-unavailable"> {
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number, options?: OperatorErrorOptions) {
    super("mailbox-unavailable", message, "", options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
