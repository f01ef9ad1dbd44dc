/** The services that the edge can tell. */
export const EDGE_RECEIVERS = ["webhook", "ntfy", "discord"] as const;

/** Where the edge's notices go. The address is a credential: whoever knows it may write there. */
export interface EdgeReceiver {
  readonly kind: (typeof EDGE_RECEIVERS)[number];
  readonly url: string;
  /** Kind and host: may be shown. */
  readonly name: string;
}

/** Reads `KIND+https://…`, such as `ntfy+https://ntfy.sh/MY-TOPIC`; null for anything else. */
export function readEdgeReceiver(text: string): EdgeReceiver | null {
  const match = /^([a-z]+)\+(https:\/\/\S+)$/.exec(text.trim());
  const kind = EDGE_RECEIVERS.find((each) => each === match?.[1]);
  const url = URL.parse(match?.[2] ?? "");
  if (kind === undefined || url === null || url.pathname.length < 2) return null;
  return { kind, url: url.href, name: `${kind} ${url.host}` };
}
