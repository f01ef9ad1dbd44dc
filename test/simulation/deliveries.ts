import { createHmac } from "node:crypto";

import { workflowJob } from "../samples/payload.ts";
import { guid } from "../samples/signal.ts";
import type { Conditions } from "./conditions.ts";
import type { Dice } from "./dice.ts";
import { seconds, type JobChange, type SimJob } from "./github-jobs.ts";
import type { SimClock } from "./sim-clock.ts";

export const WEBHOOK_SECRET = "simulated-webhook-secret";

/** Takes a delivery's request and gives its status. */
export type Post = (request: Request) => Promise<number>;

/** GitHub's hook: one signed delivery for each change of a job, on a network that loses, repeats and delays. */
export class Deliveries {
  readonly #post: Post;
  readonly #conditions: () => Conditions;
  readonly #clock: SimClock;
  readonly #dice: Dice;
  #count = 0;
  #underWay = 0;

  constructor(post: Post, conditions: () => Conditions, clock: SimClock, dice: Dice) {
    this.#post = post;
    this.#conditions = conditions;
    this.#clock = clock;
    this.#dice = dice;
  }

  /** Sent by GitHub and not yet answered. */
  get underWay(): number {
    return this.#underWay;
  }

  /** `repositoryId` is that of the job's repository, whatever it is called. */
  tell(job: SimJob, action: JobChange, repositoryId: number): void {
    this.#count += 1;
    const id = guid(this.#count);
    const body = JSON.stringify(payloadOf(job, action, repositoryId));
    const { loseDeliveries, repeatDeliveries } = this.#conditions();
    if (!this.#dice.chance(loseDeliveries)) this.#send(id, body);
    if (this.#dice.chance(repeatDeliveries)) this.#send(id, body);
  }

  #send(id: string, body: string): void {
    const { deliveryDelayMs } = this.#conditions();
    const delayMs = this.#dice.between(20, 400) + (deliveryDelayMs > 0 ? this.#dice.between(0, deliveryDelayMs) : 0);
    this.#underWay += 1;
    this.#clock.after(delayMs, () => void this.#arrive(request(id, body)));
  }

  async #arrive(delivery: Request): Promise<void> {
    try {
      await this.#post(delivery);
    } finally {
      this.#underWay -= 1;
    }
  }
}

function request(id: string, body: string): Request {
  const mac = createHmac("sha256", WEBHOOK_SECRET).update(body).digest("hex");
  const headers = {
    "Content-Type": "application/json",
    "X-GitHub-Event": "workflow_job",
    "X-GitHub-Delivery": id,
    "X-GitHub-Hook-ID": "4711",
    "X-Hub-Signature-256": `sha256=${mac}`,
  };
  return new Request("https://edge.test/webhook", { method: "POST", body, headers });
}

function payloadOf(job: SimJob, action: JobChange, repositoryId: number): Record<string, unknown> {
  const startedAtMs = job.startedAtMs ?? job.queuedAtMs;
  // The `waiting` event of a gated job follows its `queued` one within the same second.
  const details = {
    id: job.id,
    run_id: job.runId,
    run_attempt: job.attempt,
    status: job.status,
    conclusion: job.conclusion,
    created_at: stamp(job.createdAtMs),
    started_at: stamp(startedAtMs),
    completed_at: job.completedAtMs === null ? null : stamp(job.completedAtMs),
    labels: job.labels,
    runner_name: job.runnerName,
  };
  return workflowJob(0, { action, job: details, repository: { id: repositoryId, full_name: job.repository } });
}

function stamp(ms: number): string {
  return new Date(seconds(ms)).toISOString();
}
