import type { EdgeKind } from "../../shared/mailbox/freshness.ts";
import { wranglerCommand } from "./wrangler-command.ts";

const RECEIVER = "the standalone receiver (hookline autoscale-webhook)";

/** How a secret of the edge is given another value. An edge that does not tell what it is, is an older Worker. */
export function setSecret(kind: EdgeKind | undefined, name: string): string {
  return kind === "standalone" ? `set ${name} for ${RECEIVER}` : wranglerCommand(`secret put ${name}`);
}

/** How a secret of the edge is taken away. */
export function deleteSecret(kind: EdgeKind | undefined, name: string): string {
  return kind === "standalone" ? `unset ${name} for ${RECEIVER}` : wranglerCommand(`secret delete ${name}`);
}

/** How the edge is brought to this checkout's version. */
export function deployEdge(kind: EdgeKind | undefined): string {
  return kind === "standalone" ? `restart ${RECEIVER} from this version` : wranglerCommand("deploy");
}

/** Where the edge says what it does. */
export function edgeLog(kind: EdgeKind | undefined): string {
  return kind === "standalone" ? `the log of ${RECEIVER}` : wranglerCommand("tail");
}

/** What the edge is called in a sentence. */
export function edgeName(kind: EdgeKind | undefined): string {
  return kind === "standalone" ? "the receiver" : "the Worker";
}
