/** Why a signature was refused; safe to log, since it holds nothing of the request. */
export type SignatureProblem = "missing" | "malformed" | "mismatch";

const PREFIX = "sha256=";
const SHAPE = /^sha256=[0-9a-f]{64}$/;

/**
 * The 32 MAC bytes of an `X-Hub-Signature-256` header, or why there are none. Only the one form that GitHub
 * sends is taken: the prefix and 64 lower-case hex digits. Never throws.
 *
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function parseSignatureHeader(header: string | null): Uint8Array | SignatureProblem {
  if (header === null) return "missing";
  if (!SHAPE.test(header)) return "malformed";
  const mac = new Uint8Array(32);
  for (let index = 0; index < mac.length; index += 1) {
    const start = PREFIX.length + index * 2;
    mac[index] = Number.parseInt(header.slice(start, start + 2), 16);
  }
  return mac;
}
