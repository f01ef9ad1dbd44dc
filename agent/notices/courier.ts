import type { Clock, Random } from "../../shared/clock/clock.ts";
import { Backoff } from "../../shared/clock/backoff.ts";
import { reasonOf } from "../../shared/errors/message-of.ts";
import type { Logger } from "../../shared/log/logger.ts";
import { SayOnce } from "../../shared/log/say-once.ts";
import type { Notice } from "./notice.ts";
import { requestOf } from "./notice-request.ts";
import type { NoticeStore } from "./notice-store.ts";
import type { ReceiverAddress } from "../settings/receiver-address.ts";

const ANSWER_MS = 10_000;
const RETRY = { baseMs: 30_000, capMs: 30 * 60_000 } as const;

/** One POST; the part of `fetch` that is used. */
export type Post = (url: string, init: RequestInit) => Promise<Response>;

export interface CourierOptions {
  readonly receivers: readonly ReceiverAddress[];
  /** Key of Standard Webhooks; null leaves webhooks unsigned. */
  readonly secret: string | null;
  readonly post: Post;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

interface Rest {
  readonly backoff: Backoff;
  untilMs: number;
}

/**
 * Brings notices to their receivers, each at least once and always under the same `webhook-id`, in their order: a
 * receiver that refuses one gets nothing until it takes that. It gets one twice if this process ends between the answer
 * and the mark in the journal.
 */
export class Courier {
  readonly #options: CourierOptions;
  readonly #said: SayOnce;
  readonly #rests = new Map<string, Rest>();

  constructor(options: CourierOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
  }

  /** Sends what waits, as far as receivers take it. @throws {Error} what the disk throws. */
  async send(store: NoticeStore, signal: AbortSignal): Promise<void> {
    const pending = Map.groupBy(store.pending(), ({ receiver }) => receiver);
    await Promise.all(
      this.#options.receivers.map(async (receiver) => {
        for (const { notice } of pending.get(receiver.name) ?? []) {
          if (this.#isResting(receiver.name) || !(await this.#isTaken(notice, receiver, signal))) return;
          store.sent(notice.id, receiver.name);
        }
      }),
    );
  }

  #isResting(name: string): boolean {
    return this.#options.clock.monotonicMs() < (this.#rests.get(name)?.untilMs ?? 0);
  }

  async #isTaken(notice: Notice, receiver: ReceiverAddress, signal: AbortSignal): Promise<boolean> {
    const { clock, random } = this.#options;
    const failure = await this.deliver(notice, receiver, signal);
    const { name } = receiver;
    if (failure === null) {
      this.#rests.delete(name);
      this.#said.over(name);
      return true;
    }
    if (signal.aborted) return false;
    const rest = this.#rests.get(name) ?? { backoff: new Backoff(RETRY, random), untilMs: 0 };
    rest.untilMs = clock.monotonicMs() + rest.backoff.nextMs();
    this.#rests.set(name, rest);
    const remedy = "look at HOOKLINE_NOTIFY, and try it: hookline notify test";
    this.#said.say("warn", name, "a notice was not taken; it is sent again", {
      receiver: name,
      reason: failure,
      remedy,
    });
    return false;
  }

  /** Null, or why a receiver did not take a notice. Never rejects. */
  async deliver(notice: Notice, receiver: ReceiverAddress, signal: AbortSignal): Promise<string | null> {
    const { secret, post, clock } = this.#options;
    try {
      const { url, headers, body } = await requestOf(notice, receiver, secret, clock.now());
      const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      const answer = await post(url, { method: "POST", headers, body, redirect: "manual", signal: until });
      await answer.body?.cancel();
      return answer.ok ? null : `it answers ${answer.status}`;
    } catch (error) {
      return reasonOf(error);
    }
  }
}
