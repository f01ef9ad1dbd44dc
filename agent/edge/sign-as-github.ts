import { createHmac } from "node:crypto";

/**
 * What the header `X-Hub-Signature-256` says of a delivery.
 * https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
 */
export function signAsGitHub(body: string, secret: string): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}
