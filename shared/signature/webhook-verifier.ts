import { parseSignatureHeader, type SignatureProblem } from "./signature-header.ts";

/** Which of the active secrets signed a body. Two are active during a rotation. */
export type SecretSlot = "current" | "previous";

export type Verdict =
  | { readonly ok: true; readonly secret: SecretSlot }
  | { readonly ok: false; readonly problem: SignatureProblem };

export interface WebhookSecrets {
  readonly current: string;
  readonly previous?: string | undefined;
}

/** Verifies deliveries against the active webhook secrets; makes each key once. */
export class WebhookVerifier {
  readonly #current: Promise<CryptoKey>;
  readonly #previous: Promise<CryptoKey> | null;

  /** @throws {RangeError} if a secret is empty: an empty secret would let everybody sign. */
  constructor(secrets: WebhookSecrets) {
    this.#current = importKey(secrets.current);
    this.#previous = secrets.previous === undefined ? null : importKey(secrets.previous);
  }

  /**
   * Whether `body`, the bytes as received, was signed with an active secret. Both secrets are tried in every
   * case, each in constant time, so that the time taken does not tell which one is near. Never throws on what
   * a request holds.
   *
   * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
   */
  async verify(body: Uint8Array, header: string | null): Promise<Verdict> {
    const mac = parseSignatureHeader(header);
    if (typeof mac === "string") return { ok: false, problem: mac };
    const [current, previous] = await Promise.all([
      matches(this.#current, mac, body),
      this.#previous === null ? false : matches(this.#previous, mac, body),
    ]);
    if (current) return { ok: true, secret: "current" };
    if (previous) return { ok: true, secret: "previous" };
    return { ok: false, problem: "mismatch" };
  }
}

async function matches(key: Promise<CryptoKey>, mac: Uint8Array, body: Uint8Array): Promise<boolean> {
  return crypto.subtle.verify("HMAC", await key, mac, body);
}

function importKey(secret: string): Promise<CryptoKey> {
  if (secret === "") throw new RangeError("A webhook secret is empty; set a long random one");
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}
