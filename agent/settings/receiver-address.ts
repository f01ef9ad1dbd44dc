import { createHash } from "node:crypto";

/** The services that notices go to. */
export const RECEIVER_KINDS = ["ntfy", "apprise", "webhook", "discord", "slack"] as const;
export type ReceiverKind = (typeof RECEIVER_KINDS)[number];

/** Where notices go. Its address is a credential: whoever knows it may write there. */
export interface ReceiverAddress {
  readonly kind: ReceiverKind;
  readonly url: string;
  /** Tells it from others in logs and in the journal: kind, host, and six digits of the address's hash. */
  readonly name: string;
}

/** Reads `KIND+https://…`, such as `ntfy+https://ntfy.sh/my-topic`; null for anything else. */
export function readReceiver(text: string): ReceiverAddress | null {
  const match = /^([a-z]+)\+(https?:\/\/\S+)$/.exec(text);
  const kind = RECEIVER_KINDS.find((each) => each === match?.[1]);
  const url = URL.parse(match?.[2] ?? "");
  if (kind === undefined || url === null || url.pathname.length < 2) return null;
  const digits = createHash("sha256").update(url.href).digest("hex").slice(0, 6);
  return { kind, url: url.href, name: `${kind} ${url.host} ${digits}` };
}
