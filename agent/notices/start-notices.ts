import type { Clock, Random } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { Daemon } from "../control/answer-request.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { Courier } from "./courier.ts";
import { NoticeBook } from "./notice-book.ts";
import { NoticeStore } from "./notice-store.ts";
import { isQuietAt } from "../settings/quiet-hours.ts";
import { runNotices } from "./run-notices.ts";

export interface StartNoticesOptions {
  readonly settings: Pick<AgentSettings, "notices" | "instance" | "call" | "timeZone" | "waitingTooLongMs">;
  readonly daemon: Pick<Daemon, "status" | "changed">;
  /** See `RunNoticesOptions`. */
  readonly edge: HeardEdge | null;
  readonly journalSql: SqlDatabase;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Tells people of trouble until `signal` is aborted. Never rejects. @throws {Error} if the journal is of a newer version. */
export function startNotices(options: StartNoticesOptions, signal: AbortSignal): Promise<void> {
  const { settings, journalSql, clock } = options;
  const { notices, instance, timeZone, waitingTooLongMs } = settings;
  const { receivers, secret, quiet, without } = notices;
  const store = new NoticeStore(
    journalSql,
    receivers.map(({ name }) => name),
  );
  const isQuiet = (): boolean => quiet !== null && isQuietAt(quiet, clock.now(), timeZone);
  const book = new NoticeBook({ store, instance, call: settings.call, isQuiet, without, clock });
  const courier = new Courier({ ...options, receivers, secret: secret?.reveal() ?? null, post: fetch });
  return runNotices({ ...options, store, book, courier, waitingTooLongMs }, signal);
}
