import { WebhookVerifier, type SecretKeys, type Verdict } from "../../shared/signature/webhook-verifier.ts";
import type { ShownSecrets } from "../settings/shown-secrets.ts";

/** Verifies deliveries by the webhook's secrets as they are now: the current one and the one before. */
export class LiveVerifier implements Pick<WebhookVerifier, "verify" | "keys"> {
  readonly #secrets: ShownSecrets;
  #made: ReturnType<typeof make>;

  /** @throws {RangeError} if a secret is empty. */
  constructor(secrets: ShownSecrets) {
    this.#secrets = secrets;
    this.#made = make(secrets.values());
  }

  keys(): Promise<SecretKeys> {
    return this.#verifierOf(this.#secrets.values()).keys();
  }

  /** As `WebhookVerifier` does; once more where a secret was replaced in its file since. */
  async verify(body: Uint8Array, header: string | null): Promise<Verdict> {
    return this.#secrets.offer(
      (values) => this.#verifierOf(values).verify(body, header),
      (verdict) => !verdict.ok && verdict.problem === "mismatch",
    );
  }

  /** A verifier is made once for each change of the secrets: it imports their keys. */
  #verifierOf(values: readonly (string | undefined)[]): WebhookVerifier {
    if (values.some((value, index) => value !== this.#made.values[index])) this.#made = make(values);
    return this.#made.verifier;
  }
}

function make(values: readonly (string | undefined)[]) {
  const [current = "", previous] = values;
  return { values, verifier: new WebhookVerifier({ current, previous }) };
}
