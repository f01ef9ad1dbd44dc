import { systemClock } from "../../../../agent/clock/system-clock.ts";
import { LiveSecrets } from "../../../../agent/settings/live-secrets.ts";
import { readSettings } from "../../../../agent/settings/settings.ts";
import type { DockerSlotProvider } from "../../../../agent/slots/docker/docker-provider.ts";
import { dockerSlots } from "../../../../agent/slots/docker/open-docker.ts";
import type { Pool } from "../../../../shared/fleet/pool.ts";
import { onePool } from "../../../shared/fleet/load-text.ts";
import { keepingLogger } from "../../../stand-ins/docker/slot-fixtures.ts";

/** A pool as a version 2 file writes it, with more keys of it in flow style. */
export function writtenPool(more: string): Pool {
  return onePool(
    `version: 2\npools:\n  - {key: small, organization: acme, labels: [nas]${more === "" ? "" : `, ${more}`}}\n`,
  );
}

export interface SlotsOfAgent {
  readonly provider: DockerSlotProvider;
  /** Log records. */
  readonly said: () => readonly Readonly<Record<string, unknown>>[];
}

/** The slots of an agent with this environment, as the daemon opens them. */
export function slotsOfAgent(env: Readonly<Record<string, string>>): SlotsOfAgent {
  const { log, lines } = keepingLogger();
  const source = { env: { HOOKLINE_INSTANCE: "mine", HOOKLINE_MIN_FREE_DISK: "0", ...env }, cwd: "/tmp" };
  const settings = readSettings(source);
  const secrets = new LiveSecrets({ settings, source, clock: systemClock, log });
  return {
    provider: dockerSlots(settings, systemClock, log, secrets),
    said: () => lines.map((line) => JSON.parse(line)),
  };
}
