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
    return this.#now().verifier.keys();
  }

  /** As `WebhookVerifier` does; once more where a secret was replaced in its file since. */
  async verify(body: Uint8Array, header: string | null): Promise<Verdict> {
    const { values, verifier } = this.#now();
    const verdict = await verifier.verify(body, header);
    if (verdict.ok || verdict.problem !== "mismatch" || !this.#secrets.renewed(values)) return verdict;
    return this.#now().verifier.verify(body, header);
  }

  #now() {
    const values = this.#secrets.values();
    if (values.some((value, index) => value !== this.#made.values[index])) this.#made = make(values);
    return this.#made;
  }
}

function make(values: readonly (string | undefined)[]) {
  const [current = "", previous] = values;
  return { values, verifier: new WebhookVerifier({ current, previous }) };
}
