import type { Clock } from "../../shared/clock/clock.ts";
import { errorFields } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { Daemon } from "../control/answer-request.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import type { Courier } from "./courier.ts";
import { judgeAgent } from "./judge-agent.ts";
import { judgeEdge } from "./judge-edge.ts";
import type { NoticeBook } from "./notice-book.ts";
import type { NoticeStore } from "./notice-store.ts";

export interface RunNoticesOptions {
  readonly daemon: Pick<Daemon, "status" | "changed">;
  /** What the edge says of itself; null where there is none. */
  readonly edge: HeardEdge | null;
  readonly store: NoticeStore;
  readonly book: NoticeBook;
  readonly courier: Pick<Courier, "send">;
  readonly waitingTooLongMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Looks after each change of the daemon at what is wrong, and tells people, until `signal` is aborted. Never rejects. */
export async function runNotices(options: RunNoticesOptions, signal: AbortSignal): Promise<void> {
  const { daemon, edge, store, book, courier, waitingTooLongMs, clock, log } = options;
  const said = new SayOnce(log);
  while (!signal.aborted) {
    try {
      await edge?.asked();
      const status = daemon.status();
      book.judge([...judgeAgent(status, waitingTooLongMs), judgeEdge(edge?.known(status.link.cursor))]);
      await courier.send(store, signal);
      const given = store.prune(clock.now());
      if (given > 0) log.warn("notices given up after three days", { count: given });
      said.over("notices");
    } catch (error) {
      const remedy = "free the disk of HOOKLINE_DATA";
      said.say("error", "notices", "notices not written down; they are tried again", { ...errorFields(error), remedy });
    }
    await daemon.changed(signal).catch(() => {});
  }
}
