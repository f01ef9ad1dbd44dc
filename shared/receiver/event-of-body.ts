/**
 * Why a signed body under this event name holds no signal, or null if it should: `ping`, another event, or a name
 * that contradicts the body. The event name is not signed; the body is, and the two must agree on what this is.
 */
export function whyNoSignal(event: string, body: unknown): string | null {
  if (!namesBody(event, body)) return "the event name does not fit the body";
  if (event === "ping") return "ping";
  return event === "workflow_job" ? null : `event ${event}`;
}

function namesBody(event: string, body: unknown): boolean {
  if (event === "ping") return isObjectWith(body, "zen");
  return isObjectWith(body, "workflow_job") === (event === "workflow_job");
}

/** What a body looks like, for whoever has it without its event name. */
export function eventOfBody(body: unknown): string {
  if (isObjectWith(body, "workflow_job")) return "workflow_job";
  return isObjectWith(body, "zen") ? "ping" : "unknown";
}

function isObjectWith(value: unknown, key: string): boolean {
  return typeof value === "object" && value !== null && key in value;
}
