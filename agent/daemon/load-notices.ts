import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { Daemon } from "../control/answer-request.ts";
import { edgeWatchOf } from "../edge/edge-watch-of.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { BuiltAgent } from "./build-agent.ts";

export interface NoticesOptions {
  readonly settings: AgentSettings;
  readonly secrets: LiveSecrets;
  readonly log: Logger;
}

/** How people are told of trouble, by code that is loaded only then; null where nobody is to be told. */
export function noticesOf({ settings, secrets, log }: NoticesOptions, { journalSql }: Pick<BuiltAgent, "journalSql">) {
  if (settings.notices.receivers.length === 0) return null;
  const edge = edgeWatchOf(settings, secrets, systemClock);
  return async (daemon: Daemon, signal: AbortSignal): Promise<void> => {
    try {
      const { startNotices } = await import("../notices/start-notices.ts");
      const options = { settings, daemon, edge, journalSql, clock: systemClock, random: Math.random, log };
      await startNotices(options, signal);
    } catch (error) {
      log.error("nobody is told of trouble", errorFields(error));
    }
  };
}
