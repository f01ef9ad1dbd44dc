/** The form of a delivery's GUID: GitHub's own are UUIDs. */
export const GUID = /^[0-9A-Za-z-]{8,64}$/;
const EVENT = /^[a-z_]{1,64}$/;
const HOOK_ID = /^[0-9]{1,20}$/;

/** The headers of a delivery that the receiver uses. None of them is covered by the signature. */
export interface DeliveryHeaders {
  readonly event: string;
  readonly guid: string;
  readonly hookId: string | null;
}

/**
 * Reads and checks the headers that name a delivery; the error says which one is missing or unusable.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
 */
export function readDeliveryHeaders(headers: Headers): DeliveryHeaders | { readonly problem: string } {
  const event = headers.get("x-github-event") ?? "";
  if (!EVENT.test(event)) return { problem: "X-GitHub-Event is missing or no event name" };
  const guid = headers.get("x-github-delivery") ?? "";
  if (!GUID.test(guid)) return { problem: "X-GitHub-Delivery is missing or no GUID" };
  const hookId = headers.get("x-github-hook-id") ?? "";
  return { event, guid, hookId: HOOK_ID.test(hookId) ? hookId : null };
}

/** Whether a delivery came as JSON. GitHub's default for a new hook is a form, which cannot be read here. */
export function isJson(headers: Headers): boolean {
  const type = (headers.get("content-type") ?? "").split(";")[0] ?? "";
  return type.trim().toLowerCase() === "application/json";
}
