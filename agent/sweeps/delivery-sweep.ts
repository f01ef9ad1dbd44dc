import { readSignal } from "../../shared/workflow-job/read-signal.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import {
  hookName,
  type Attempts,
  type DeliveryAttempt,
  type GitHubHook,
  type LogReading,
} from "../github/model/delivery-log.ts";
import { GitHubError } from "../github/model/types.ts";
import type { MissedDelivery, MissedDeliveries } from "../journal/missed-deliveries.ts";
import { LogReplays, type LogReplay } from "./log-replay.ts";
import { isRefusal, OurHooks, type OurHooksOptions } from "./our-hooks.ts";
import type { SweepFailures } from "./sweep-failures.ts";

/**
 * How long github.com keeps its log and lets a delivery be sent again; GitHub Enterprise Server keeps it for longer.
 * https://docs.github.com/en/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks
 */
export const LOG_WINDOW_MS = 3 * 24 * 60 * 60_000;
/** Attempts are listed by when they were made, some of them late: what was read is read again this far back. */
const OVERLAP_MS = 10 * 60_000;
/** Deliveries read one by one in a sweep; the rest waits for the next. */
const READ_AT_MOST = 100;
const ASK_AT_MOST = 3;
/** Hooks of single repositories whose logs are read in one sweep, in turn: three hundred would be as many calls. */
const REPOSITORY_LOGS = 30;
/** Pages of a hundred that one sweep reads of what is new, and again of what an earlier one left. */
const PAGES_AT_ONCE = 10;

/** The part of a log that was not read yet. */
interface Unread {
  readonly next: string;
  /** When the newest page of what was read was asked for, milliseconds since the epoch. */
  readonly newestAtMs: number;
}

export interface DeliverySweepOptions extends OurHooksOptions {
  readonly missed: MissedDeliveries;
  /** Whether the signal of this delivery is on disk already. */
  readonly has: (guid: string) => boolean;
  /** Takes a signal that no webhook brought; returns once it is on disk. */
  readonly take: (signal: Signal) => void;
}

/**
 * Finds in GitHub's own log what its hooks could not deliver, and takes it from there: the payload is read and fed as
 * if it had come; where reading is refused, GitHub is asked to send it again. A delivery that has one good attempt,
 * or whose signal is here, is left alone: its failed rows stay in the log for ever.
 *
 * https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries
 */
export class DeliverySweep {
  readonly #options: DeliverySweepOptions;
  readonly #hooks: OurHooks;
  /** By hook. A process that starts anew reads from the newest on; what it takes twice is known by its GUID. */
  readonly #unread = new Map<string, Unread>();
  readonly #replays = new LogReplays();
  /** Where the turns of repositories' hooks go on. */
  #nextLog = 0;

  constructor(options: DeliverySweepOptions) {
    this.#options = options;
    this.#hooks = new OurHooks(options);
  }

  /** The hooks that are known by now. Asks nobody. */
  hooks(): ReturnType<OurHooks["list"]> {
    return this.#hooks.list();
  }

  /**
   * Has the next run read each log again since a time, milliseconds since the epoch, and try anew what was given up.
   * Resolves with what came of it.
   */
  again(sinceMs: number): Promise<LogReplay> {
    return this.#replays.ask(sinceMs);
  }

  /** Reads each log once. What fails is noted; rejects only with the signal's reason or a fault of the disk. */
  async run(failures: SweepFailures, signal: AbortSignal): Promise<void> {
    await this.#replays.serve((sinceMs) => this.#runSince(sinceMs, failures, signal));
  }

  async #runSince(sinceMs: number | null, failures: SweepFailures, signal: AbortSignal): Promise<LogReplay> {
    const { missed, clock } = this.#options;
    if (sinceMs !== null) {
      this.#unread.clear();
      missed.reopenSince(sinceMs, sinceMs + OVERLAP_MS);
    }
    let [logs, recovered] = [0, 0];
    const isBounded = sinceMs === null;
    for (const hook of this.#inTurn(await this.#hooks.find(failures, signal, isBounded), isBounded)) {
      const owner = ownerName(hook);
      const read = await this.#attempt(hook, owner, failures, () => this.#readLog(hook, failures, signal));
      if (!read) continue;
      logs += 1;
      await this.#attempt(hook, owner, failures, async () => {
        recovered += await this.#recover(hook, failures, signal);
      });
    }
    missed.prune(clock.now() - LOG_WINDOW_MS);
    return { logs, recovered, open: missed.openCount() };
  }

  /** All hooks of organizations and of the App, and of those of repositories as many as a sweep reads. */
  #inTurn(hooks: readonly GitHubHook[], isBounded: boolean): readonly GitHubHook[] {
    const ofRepositories = hooks.filter(({ home }) => home.kind === "repository");
    if (!isBounded || ofRepositories.length <= REPOSITORY_LOGS) return hooks;
    const from = this.#nextLog % ofRepositories.length;
    this.#nextLog = from + REPOSITORY_LOGS;
    const chosen = new Set([...ofRepositories, ...ofRepositories].slice(from, from + REPOSITORY_LOGS));
    return hooks.filter((hook) => hook.home.kind !== "repository" || chosen.has(hook));
  }

  async #attempt(
    hook: GitHubHook,
    owner: string,
    failures: SweepFailures,
    work: () => Promise<void>,
  ): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      if (!(error instanceof GitHubError)) throw error;
      if (isRefusal(error)) this.#hooks.refuse(hook, error);
      else failures.note(`deliveries of ${hookName(hook)}`, owner, error);
      return false;
    }
  }

  /** Reads what is new, then goes on where the reading of an earlier sweep stopped, each within its share of pages. */
  async #readLog(hook: GitHubHook, failures: SweepFailures, signal: AbortSignal): Promise<void> {
    const { missed, clock } = this.#options;
    const name = hookName(hook);
    const startedAtMs = clock.now();
    const toEndMs = Math.max(startedAtMs - LOG_WINDOW_MS, (missed.readTo(name) ?? 0) - OVERLAP_MS);
    const rest = this.#unread.get(name);
    const sinceMs = rest === undefined ? toEndMs : rest.newestAtMs - OVERLAP_MS;
    const news = await this.#readPart(hook, { sinceMs, from: null, mostPages: PAGES_AT_ONCE }, signal);
    const cut = news.next !== undefined && rest !== undefined;
    // More is new than one share: what lies between is read from there on, and what was left before with it.
    let next = news.next ?? rest?.next;
    if (next !== undefined && !cut && rest !== undefined) {
      // A place in a log does not last: where it is lost, the next sweep begins anew.
      this.#unread.delete(name);
      next = (await this.#readPart(hook, { sinceMs: toEndMs, from: next, mostPages: PAGES_AT_ONCE }, signal)).next;
    }
    if (next === undefined) {
      this.#unread.delete(name);
      missed.note(name, [], startedAtMs);
      return;
    }
    this.#unread.set(name, { next, newestAtMs: startedAtMs });
    failures.cut(`deliveries of ${name}`, "the log is longer than one sweep reads");
  }

  async #readPart(hook: GitHubHook, reading: LogReading, signal: AbortSignal): Promise<Attempts> {
    const { log, missed, has } = this.#options;
    const part = await log.listAttempts(hook, reading, signal);
    const attempts = part.items.filter(({ event }) => event === "workflow_job");
    const good = new Set(attempts.filter(({ ok }) => ok).map(({ guid }) => guid));
    const failed = newestOf(attempts.filter(({ guid }) => !good.has(guid) && !has(guid)));
    const found = failed.map(({ id, guid, deliveredAtMs }) => ({ guid, attemptId: id, deliveredAtMs }));
    missed.note(hookName(hook), found, null);
    for (const guid of good) missed.settle(guid);
    if (part.failure !== undefined) throw part.failure;
    return part;
  }

  /** One row's trouble is that row's: the others go on, and it is tried again in the next sweep. */
  async #recover(hook: GitHubHook, failures: SweepFailures, signal: AbortSignal): Promise<number> {
    const { missed, has, logger } = this.#options;
    const open = missed.open(hookName(hook), READ_AT_MOST);
    let recovered = 0;
    for (const delivery of open) {
      if (has(delivery.guid)) missed.settle(delivery.guid);
      else {
        const what = `delivery ${delivery.guid} of ${hookName(hook)}`;
        const done = await failures.attempt(what, ownerName(hook), () => this.#recoverOne(hook, delivery, signal));
        if (done === true) recovered += 1;
      }
    }
    if (recovered > 0) logger.warn("deliveries recovered from GitHub's log", { hook: hookName(hook), recovered });
    return recovered;
  }

  async #recoverOne(hook: GitHubHook, delivery: MissedDelivery, signal: AbortSignal): Promise<boolean> {
    const { missed, clock, take, logger } = this.#options;
    const { guid, attemptId } = delivery;
    const payload = await this.#payload(hook, delivery, signal);
    if (payload === null) return this.#askAgain(hook, delivery, signal);
    const facts = { guid, hookId: hook.id === null ? null : String(hook.id), receivedAtMs: clock.now() };
    const read = readSignal(payload.body, facts);
    if (read.ok) take(read.signal);
    else
      logger.warn("delivery in GitHub's log cannot be read; passed over", { guid, attemptId, problem: read.problem });
    missed.settle(guid);
    return read.ok;
  }

  /** Null where GitHub lets the log be listed but not the payload be read. */
  async #payload(
    hook: GitHubHook,
    { attemptId }: MissedDelivery,
    signal: AbortSignal,
  ): Promise<{ readonly body: unknown } | null> {
    try {
      return { body: await this.#options.log.readPayload(hook, attemptId, signal) };
    } catch (error) {
      if (error instanceof GitHubError && isRefusal(error)) return null;
      throw error;
    }
  }

  /** Noted before the call: a lost answer must not make it a second one. */
  async #askAgain(hook: GitHubHook, delivery: MissedDelivery, signal: AbortSignal): Promise<boolean> {
    const { log, missed, logger } = this.#options;
    const { guid, attemptId, asked } = delivery;
    if (asked >= ASK_AT_MOST) {
      logger.warn("delivery failed again and again; sweeps of the queue find its job", { guid, asked });
      missed.settle(guid);
      return false;
    }
    missed.noteAsked(guid);
    try {
      await log.redeliver(hook, attemptId, signal);
    } catch (error) {
      if (error instanceof GitHubError && isAnswered(error)) missed.reopen(guid);
      throw error;
    }
    return true;
  }
}

/** Whether GitHub said no, so that nothing was sent; a lost answer may have been a yes. */
function isAnswered({ code }: GitHubError): boolean {
  return !["network", "timeout", "unavailable"].includes(code);
}

/** Of each delivery the newest attempt. */
function newestOf(attempts: readonly DeliveryAttempt[]): readonly DeliveryAttempt[] {
  const newest = new Map<string, DeliveryAttempt>();
  for (const attempt of attempts) {
    const known = newest.get(attempt.guid);
    if (known === undefined || known.deliveredAtMs < attempt.deliveredAtMs) newest.set(attempt.guid, attempt);
  }
  return [...newest.values()];
}

function ownerName({ home }: GitHubHook): string {
  if (home.kind === "app") return "app";
  return home.kind === "organization" ? home.organization : home.owner;
}
