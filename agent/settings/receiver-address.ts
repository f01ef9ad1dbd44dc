import { createHash } from "node:crypto";

import { readServiceAddress, type ServiceAddress } from "../../shared/notices/service-address.ts";

/** The services that notices go to. */
export const RECEIVER_KINDS = ["ntfy", "apprise", "webhook", "discord", "slack"] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

/** Where notices go. Its name tells it from others in logs and in the journal: six digits of the address's hash are in it. */
export type ReceiverAddress = ServiceAddress<ReceiverKind>;

/** Reads `KIND+https://…`, such as `ntfy+https://ntfy.sh/my-topic`; null for anything else. */
export function readReceiver(text: string): ReceiverAddress | null {
  const receiver = readServiceAddress(text, RECEIVER_KINDS);
  if (receiver === null) return null;
  const digits = createHash("sha256").update(receiver.url).digest("hex").slice(0, 6);
  return { ...receiver, name: `${receiver.name} ${digits}` };
}
