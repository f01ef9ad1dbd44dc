import { parseSignatureHeader, type SignatureProblem } from "./signature-header.ts";

/** Which of the active secrets signed a body. Two are active during a rotation. */
export type SecretSlot = "current" | "previous";

export type Verdict =
  | { readonly ok: true; readonly secret: SecretSlot; readonly key: string }
  | { readonly ok: false; readonly problem: SignatureProblem };

/**
 * Names for the active secrets: a few digits of a hash, which say nothing of a secret that a signed body does not say
 * as well, and are told to nobody but the mailbox.
 */
export interface SecretKeys {
  readonly current: string;
  readonly previous: string | null;
}

export interface WebhookSecrets {
  readonly current: string;
  readonly previous?: string | undefined;
}

/** Verifies deliveries against the active webhook secrets; makes each key once. */
export class WebhookVerifier {
  readonly #current: Promise<CryptoKey>;
  readonly #previous: Promise<CryptoKey> | null;
  readonly #keys: Promise<SecretKeys>;

  /** @throws {RangeError} if a secret is empty: an empty secret would let everybody sign. */
  constructor(secrets: WebhookSecrets) {
    this.#current = importKey(secrets.current);
    this.#previous = secrets.previous === undefined ? null : importKey(secrets.previous);
    this.#keys = keysOf(secrets);
  }

  /** What tells the active secrets apart, and from those that were active at another time. */
  keys(): Promise<SecretKeys> {
    return this.#keys;
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
    const keys = await this.#keys;
    if (current) return { ok: true, secret: "current", key: keys.current };
    if (previous) return { ok: true, secret: "previous", key: keys.previous ?? "" };
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

async function keysOf({ current, previous }: WebhookSecrets): Promise<SecretKeys> {
  return { current: await keyName(current), previous: previous === undefined ? null : await keyName(previous) };
}

async function keyName(secret: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`hookline webhook secret ${secret}`));
  return [...new Uint8Array(hash, 0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
