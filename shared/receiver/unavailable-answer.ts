import type { MailboxUnavailable } from "./mailbox-port.ts";

/** What whoever may know is told of a mailbox that cannot do its part: the body, the status, the headers. */
export function unavailableAnswer({ message, retryAfterSeconds }: MailboxUnavailable) {
  const body = { error: "the mailbox is unavailable", reason: message };
  return [body, 503, { "Retry-After": String(retryAfterSeconds) }] as const;
}
