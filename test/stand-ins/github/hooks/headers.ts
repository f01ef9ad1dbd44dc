import type { Hook } from "../state/model.ts";
import { signature1, signature256 } from "./signature.ts";

/**
 * The headers of a delivery.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function deliveryHeaders(hook: Hook, event: string, guid: string, body: string): Record<string, string> {
  const signed =
    hook.secret === null
      ? {}
      : { "X-Hub-Signature": signature1(hook.secret, body), "X-Hub-Signature-256": signature256(hook.secret, body) };
  return {
    Accept: "*/*",
    "Content-Type": hook.contentType === "json" ? "application/json" : "application/x-www-form-urlencoded",
    "User-Agent": "GitHub-Hookshot/044aadd",
    "X-GitHub-Delivery": guid,
    "X-GitHub-Event": event,
    "X-GitHub-Hook-ID": String(hook.id),
    ...targetHeaders(hook),
    ...signed,
  };
}

function targetHeaders({ scope }: Hook): Record<string, string> {
  const [type, id] =
    scope.kind === "organization"
      ? ["organization", scope.account.id]
      : scope.kind === "repository"
        ? ["repository", scope.repository.id]
        : ["integration", scope.appId];
  return {
    "X-GitHub-Hook-Installation-Target-ID": String(id),
    "X-GitHub-Hook-Installation-Target-Type": type,
  };
}

/** The bytes that go out: the payload itself, or a form that holds it. */
export function encodeBody(hook: Hook, payload: string): string {
  return hook.contentType === "json" ? payload : `payload=${encodeURIComponent(payload)}`;
}
