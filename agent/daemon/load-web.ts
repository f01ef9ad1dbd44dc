import type { Daemon } from "../control/answer-request.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import { requireHttp } from "../settings/require-settings.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { edgeWatchOf } from "../edge/edge-watch-of.ts";
import { systemClock } from "../clock/system-clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { Logger } from "../../shared/log/logger.ts";

export interface WebOptions {
  readonly settings: AgentSettings;
  readonly secrets: LiveSecrets;
  readonly log: Logger;
  /** Where this process takes deliveries, if it does. */
  readonly taken?: ListenAddress;
}

/**
 * How the daemon is served over HTTP, whose code is loaded only then; null where nothing is served. A port that cannot
 * be had costs what is served, not the daemon: that is told.
 * @throws {ConfigError} if the settings contradict each other.
 */
export function webOf({ settings, secrets, log, taken }: WebOptions) {
  const http = requireHttp(settings, taken);
  if (http === null) return null;
  const edge = edgeWatchOf(settings, secrets, systemClock);
  return async (daemon: Daemon): Promise<{ close(): Promise<void> } | null> => {
    try {
      const { startWeb } = await import("../web/start-web.ts");
      const token = secrets.get("HOOKLINE_HTTP_TOKEN");
      return await startWeb({ http, token, daemon, edge, clock: systemClock, log });
    } catch (error) {
      const remedy = error instanceof OperatorError ? error.remedy : "report it; jobs are served without it";
      log.error("nothing is served over HTTP", { ...errorFields(error), remedy });
      return null;
    }
  };
}
