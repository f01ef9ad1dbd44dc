import { readSignal } from "../../shared/workflow-job/read-signal.ts";
import type { Signal } from "../../shared/workflow-job/signal.ts";
import { hookName, type DeliveryAttempt, type GitHubHook } from "../github/model/delivery-log.ts";
import { GitHubError } from "../github/model/types.ts";
import type { MissedDelivery, MissedDeliveries } from "../journal/missed-deliveries.ts";
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

  constructor(options: DeliverySweepOptions) {
    this.#options = options;
    this.#hooks = new OurHooks(options);
  }

  /** Reads each log once. What fails is noted; rejects only with the signal's reason or a fault of the disk. */
  async run(failures: SweepFailures, signal: AbortSignal): Promise<void> {
    const { missed, clock } = this.#options;
    for (const hook of await this.#hooks.find(failures, signal)) {
      const owner = ownerName(hook);
      const read = await this.#attempt(hook, owner, failures, () => this.#readLog(hook, signal));
      if (read) await this.#attempt(hook, owner, failures, () => this.#recover(hook, signal));
    }
    missed.prune(clock.now() - LOG_WINDOW_MS);
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

  async #readLog(hook: GitHubHook, signal: AbortSignal): Promise<void> {
    const { log, missed, clock, has } = this.#options;
    const name = hookName(hook);
    const startedAtMs = clock.now();
    const sinceMs = Math.max(startedAtMs - LOG_WINDOW_MS, (missed.readTo(name) ?? 0) - OVERLAP_MS);
    const { items, complete, failure } = await log.listAttempts(hook, sinceMs, signal);
    const attempts = items.filter(({ event }) => event === "workflow_job");
    const good = new Set(attempts.filter(({ ok }) => ok).map(({ guid }) => guid));
    const failed = newestOf(attempts.filter(({ guid }) => !good.has(guid) && !has(guid)));
    const found = failed.map(({ id, guid, deliveredAtMs }) => ({ guid, attemptId: id, deliveredAtMs }));
    missed.note(name, found, complete ? startedAtMs : null);
    for (const guid of good) missed.settle(guid);
    if (failure !== undefined) throw failure;
  }

  async #recover(hook: GitHubHook, signal: AbortSignal): Promise<void> {
    const { missed, has, logger } = this.#options;
    const open = missed.open(hookName(hook), READ_AT_MOST);
    let recovered = 0;
    for (const delivery of open) {
      if (has(delivery.guid)) missed.settle(delivery.guid);
      else if (await this.#recoverOne(hook, delivery, signal)) recovered += 1;
    }
    if (recovered > 0) logger.warn("deliveries recovered from GitHub's log", { hook: hookName(hook), recovered });
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
    await log.redeliver(hook, attemptId, signal);
    return true;
  }
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
