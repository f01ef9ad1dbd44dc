import type { EngineSetting } from "../../shared/fleet/engine.ts";
import { countText } from "../../shared/text/count-text.ts";

/** An engine as `hookline config check` shows it to people. */
export function describeNamedEngine({ name, address, maxSlots }: EngineSetting): string {
  const bound = maxSlots === null ? "" : `, at most ${countText(maxSlots, "slot")}`;
  if (address === null) return `engine ${name}: at DOCKER_HOST${bound}\n`;
  const tls = address.host.startsWith("unix:") ? "" : address.tls === null ? ", without TLS" : ", with TLS";
  return `engine ${name}: ${address.host}${tls}${bound}\n`;
}
