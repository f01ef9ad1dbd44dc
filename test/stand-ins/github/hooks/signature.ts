import { createHmac } from "node:crypto";

/**
 * What GitHub puts into `X-Hub-Signature-256`.
 *
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function signature256(secret: string, body: string): string {
  return `sha256=${createHmac("sha256", secret).update(body, "utf8").digest("hex")}`;
}

/** The older header beside it, with SHA-1. */
export function signature1(secret: string, body: string): string {
  return `sha1=${createHmac("sha1", secret).update(body, "utf8").digest("hex")}`;
}
