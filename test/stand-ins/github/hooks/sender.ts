import type { Random } from "../../../../shared/clock/clock.ts";
import type { Ids } from "../state/ids.ts";
import type { Delivery, Hook, Repository } from "../state/model.ts";
import { guid } from "../state/random-text.ts";
import type { DeliveryAbout, DeliveryFaults } from "./delivery-faults.ts";
import type { DeliveryLog, NewDelivery } from "./delivery-log.ts";
import type { Part } from "./examples.ts";
import { deliveryHeaders, encodeBody } from "./headers.ts";
import type { HookRegistry, Target } from "./hook-registry.ts";
import type { PostAnswer, Poster } from "./post.ts";
import { nodeId } from "./rewrite.ts";

export interface OutgoingEvent {
  readonly event: string;
  readonly action: string | null;
  readonly jobId: number | null;
  readonly repository: Repository | null;
  readonly payload: Part;
}

export interface SenderOptions {
  readonly ids: Ids;
  readonly random: Random;
  readonly hooks: HookRegistry;
  readonly log: DeliveryLog;
  readonly faults: DeliveryFaults;
  readonly poster: Poster;
  /** Copies sent beyond each delivery. */
  readonly duplicates: number;
  readonly onChange: () => void;
}

type Attempt = Omit<NewDelivery, "duplicate">;

/** Delivers events to hooks. Never tries again by itself: https://docs.github.com/en/webhooks/using-webhooks/handling-failed-webhook-deliveries */
export class Sender {
  readonly #options: SenderOptions;
  #underWay = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** How many deliveries wait for their answer. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Tells every hook that wants to know, all by one GUID. */
  publish(event: OutgoingEvent, repository: Repository): void {
    const id = this.#guid();
    for (const target of this.#options.hooks.targets(event.event, repository)) this.#tell(target, event, id);
  }

  /** Tells one hook, whatever events it wants. */
  publishTo(hook: Hook, event: OutgoingEvent): void {
    this.#tell({ hook, installation: null }, event, this.#guid());
  }

  /** Sends what an earlier attempt sent, under its GUID, signed with the secret that the hook has now. */
  redeliver(earlier: Delivery): void {
    const hook = this.#options.hooks.get(earlier.hookId);
    if (hook === null) return;
    const requestHeaders = deliveryHeaders(hook, earlier.event, earlier.guid, encodeBody(hook, earlier.body));
    const { guid: id, hookId, event, action, jobId, repositoryId, installationId, body } = earlier;
    const attempt = { guid: id, hookId, event, action, jobId, repositoryId, installationId, body };
    this.#dispatch(hook, { ...attempt, redelivery: true, requestHeaders });
  }

  #guid(): string {
    return guid(this.#options.random, this.#options.ids.take("event"));
  }

  #tell({ hook, installation }: Target, event: OutgoingEvent, id: string): void {
    const by =
      installation === null ? {} : { installation: { id: installation.id, node_id: nodeId("MDIz", installation.id) } };
    const body = JSON.stringify({ ...event.payload, ...by });
    this.#dispatch(hook, {
      guid: id,
      hookId: hook.id,
      event: event.event,
      action: event.action,
      jobId: event.jobId,
      repositoryId: event.repository?.id ?? null,
      installationId: installation?.id ?? null,
      redelivery: false,
      requestHeaders: deliveryHeaders(hook, event.event, id, encodeBody(hook, body)),
      body,
    });
  }

  #dispatch(hook: Hook, attempt: Attempt): void {
    const { faults, duplicates } = this.#options;
    const send = (times: number): void => {
      for (let copy = 0; copy < times + duplicates; copy++) void this.#send(hook, attempt, copy > 0);
    };
    faults.apply(aboutOf(attempt), send, (statusCode) => this.#pretendFailure(attempt, statusCode));
  }

  async #send(hook: Hook, attempt: Attempt, duplicate: boolean): Promise<void> {
    const { log, poster } = this.#options;
    const { id } = log.begin({ ...attempt, duplicate });
    this.#underWay++;
    const answer = await poster.post(hook.url, attempt.requestHeaders, encodeBody(hook, attempt.body));
    this.#underWay--;
    this.#end(id, answer);
  }

  #pretendFailure(attempt: Attempt, statusCode: number): void {
    const { id } = this.#options.log.begin({ ...attempt, duplicate: false });
    const status = statusCode === 0 ? "timed out" : `Invalid HTTP Response: ${statusCode}`;
    this.#end(id, { statusCode, status, headers: {}, body: null });
  }

  #end(id: number, answer: PostAnswer): void {
    this.#options.log.end(id, answer);
    this.#options.onChange();
  }
}

function aboutOf({ event, action, guid: id, hookId, jobId, redelivery }: Attempt): DeliveryAbout {
  return { event, action, guid: id, hookId, jobId, redelivery };
}
