import type { Clock } from "../../shared/clock/clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import { OperatorError } from "../../shared/errors/operator-error.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { systemClock } from "../clock/system-clock.ts";
import type { Daemon } from "../control/answer-request.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import { edgeWatchOf } from "../edge/edge-watch-of.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import type { Environment } from "../settings/environment.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import { requireHttp, type ServedHttp } from "../settings/require-settings.ts";
import type { AgentSettings } from "../settings/settings.ts";
import type { AgentOptions } from "./agent-options.ts";

export interface HttpAndNoticesOptions {
  readonly settings: AgentSettings;
  readonly secrets: LiveSecrets;
  /** Where the settings come from, for the doctor. */
  readonly source: { readonly env: Environment; readonly cwd: string };
  readonly log: Logger;
  /** Where this process takes deliveries, if it does. */
  readonly taken?: ListenAddress;
}

/** What goes on beside the daemon where settings ask for it. What fails of it costs itself, not the daemon: that is told. */
export interface HttpAndNotices {
  /** What the edge said last of the signals that it gave up on, and when; null where it has not. For the status document. */
  readonly deadLetters: NonNullable<AgentOptions["deadLetters"]>;
  /** Serves the daemon over HTTP, or gives null where it cannot; null where nothing is to be served. Never rejects. */
  readonly openWeb: ((daemon: Daemon, journalSql: SqlDatabase) => Promise<{ close(): Promise<void> } | null>) | null;
  /** Tells people of trouble until the signal is aborted; null where nobody is to be told. Never rejects. */
  readonly tell: ((daemon: Daemon, journalSql: SqlDatabase, signal: AbortSignal) => Promise<void>) | null;
}

/**
 * Both by the settings, with one watch of the edge between them. Their code is loaded when they begin.
 * @throws {ConfigError} if the settings contradict each other.
 */
export function httpAndNotices(options: HttpAndNoticesOptions): HttpAndNotices {
  const { settings, secrets, taken } = options;
  const http = requireHttp(settings, taken);
  const isTold = settings.notices.receivers.length > 0;
  const edge = edgeWatchOf(settings, secrets, systemClock);
  const world = { ...options, edge, clock: systemClock };
  return {
    deadLetters: () => edge?.deadLetters() ?? null,
    openWeb: http === null ? null : (daemon, journalSql) => openWeb({ ...world, http }, daemon, journalSql),
    tell: isTold ? (daemon, journalSql, signal) => tell(world, daemon, journalSql, signal) : null,
  };
}

interface World extends HttpAndNoticesOptions {
  readonly edge: HeardEdge | null;
  readonly clock: Clock;
}

async function openWeb(
  world: World & { readonly http: ServedHttp },
  daemon: Daemon,
  journalSql: SqlDatabase,
): Promise<{ close(): Promise<void> } | null> {
  try {
    const { serveDaemon } = await import("../web/serve-daemon.ts");
    return await serveDaemon({ ...world, daemon, journalSql });
  } catch (error) {
    const remedy = error instanceof OperatorError ? error.remedy : "report it; jobs are served without it";
    world.log.error("nothing is served over HTTP", { ...errorFields(error), remedy });
    return null;
  }
}

async function tell(world: World, daemon: Daemon, journalSql: SqlDatabase, signal: AbortSignal): Promise<void> {
  try {
    const { startNotices } = await import("../notices/start-notices.ts");
    await startNotices({ ...world, daemon, journalSql, random: Math.random }, signal);
  } catch (error) {
    world.log.error("nobody is told of trouble", errorFields(error));
  }
}
