import { errorFields } from "../../../../shared/errors/message-of.ts";
import type { Clock } from "../../../../shared/clock/clock.ts";
import type { Logger } from "../../../../shared/log/logger.ts";
import { SayOnce } from "../../../../shared/log/say-once.ts";
import { finishedDays } from "../../../journal/finished-days.ts";
import type { JobDay } from "../../../journal/finished-jobs.ts";
import { waitHours, type WaitHour } from "../../../journal/wait-hours.ts";
import { openToRead, type ReadableJournal } from "../../../journal/open-to-read.ts";
import { recentOf, type Recent } from "./recent.ts";

const HOUR_MS = 60 * 60_000;
const DAYS = 30;
const HOURS = 48;
/** Signals of which the newest jobs and deliveries are told: three come for each job. */
const SIGNALS = 150;
/** For as long the past is told as it was, while a page is open. */
const KEEP_MS = 5000;

/** What has been, as far as the page tells of it. It is bounded, however much there was. */
export interface PastView extends Recent {
  /** The last days, the oldest first. */
  readonly days: readonly JobDay[];
  readonly hours: readonly WaitHour[];
}

export interface HistoryOptions {
  readonly dataFolder: string;
  readonly ownPrefix: string;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly log: Logger;
}

/** The journal as the page reads it: by a connection of its own that can change nothing, opened by the first question. */
export class History {
  readonly #options: HistoryOptions;
  readonly #says: SayOnce;
  #journal: ReadableJournal | null = null;
  #kept: { readonly past: PastView | null; readonly atMs: number } | null = null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.#says = new SayOnce(options.log);
  }

  /** What has been; null where the journal cannot be read, which the log says. Never throws. */
  past(): PastView | null {
    const nowMs = this.#options.clock.monotonicMs();
    if (this.#kept === null || nowMs - this.#kept.atMs >= KEEP_MS) this.#kept = { past: this.#read(), atMs: nowMs };
    return this.#kept.past;
  }

  close(): void {
    this.#journal?.close();
    this.#journal = null;
  }

  #read(): PastView | null {
    const { dataFolder, ownPrefix, clock } = this.#options;
    try {
      this.#journal ??= openToRead(dataFolder);
      const { files, parts } = this.#journal;
      const { journal, slots } = parts;
      const [, slotsSql] = files;
      const nowMs = clock.now();
      return {
        ...recentOf(journal.signals(SIGNALS), (name) => slots.one(name), ownPrefix),
        days: finishedDays(slotsSql, new Date(nowMs - DAYS * 24 * HOUR_MS).toISOString().slice(0, 10)),
        hours: waitHours(slotsSql, nowMs - HOURS * HOUR_MS),
      };
    } catch (error) {
      this.#says.say("warn", "journal", "the page cannot read the journal", errorFields(error));
      this.close();
      return null;
    }
  }
}
