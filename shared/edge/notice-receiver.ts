import { readServiceAddress, type ServiceAddress } from "../notices/service-address.ts";

/** The services that the edge can tell. */
export const EDGE_RECEIVERS = ["webhook", "ntfy", "discord"] as const;

/** Where the edge's notices go. */
export type EdgeReceiver = ServiceAddress<(typeof EDGE_RECEIVERS)[number]>;

/** Reads `KIND+https://…`, such as `ntfy+https://ntfy.sh/MY-TOPIC`; null for anything else, plain HTTP too. */
export function readEdgeReceiver(text: string): EdgeReceiver | null {
  const receiver = readServiceAddress(text.trim(), EDGE_RECEIVERS);
  return receiver?.url.startsWith("https:") === true ? receiver : null;
}
