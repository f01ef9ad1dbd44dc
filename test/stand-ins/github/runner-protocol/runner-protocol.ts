import type { ServerResponse } from "node:http";

import * as z from "zod";

import type { Dispatcher } from "../state/dispatcher.ts";
import type { MutableRunner, Runners } from "../state/runners.ts";

/** Where the stand-ins for runners talk to the loopback GitHub. The protocol is its own, not GitHub's. */
export const RUNNER_PREFIX = "/_runner/";

const report = z.object({
  conclusion: z.enum(["success", "failure", "cancelled", "skipped", "neutral", "timed_out", "action_required"]),
});

/** An answer to `poll`: ask again, go away, or run this. */
export const pollAnswer = z.union([
  z.object({ gone: z.literal(true) }),
  z.object({ jobId: z.number().nullable(), runsForMs: z.number().nullable() }),
]);

/** The last line of an answer to `work`: how the job ended, or null when it is not the runner's any more. */
export const workAnswer = z.object({ conclusion: report.shape.conclusion.nullable() });

/**
 * Three calls, each a POST with the token of the JIT configuration:
 *
 * - `poll` holds until there is a job, or a while has gone by; a runner is online as long as it asks.
 * - `work` begins the job: its headers come at once, its body when the work is over.
 * - `done` reports the end. The runner is no more.
 *
 * A connection that is cut while a call is held means that the runner is gone.
 */
export class RunnerProtocol {
  readonly #runners: Runners;
  readonly #dispatcher: Dispatcher;

  constructor(runners: Runners, dispatcher: Dispatcher) {
    this.#runners = runners;
    this.#dispatcher = dispatcher;
  }

  async answer(path: string, authorization: string | undefined, body: string, response: ServerResponse): Promise<void> {
    const runner = this.#runners.byToken(authorization?.replace(/^Bearer /i, "") ?? "");
    if (runner === null) return send(response, 200, { gone: true });
    switch (path.slice(RUNNER_PREFIX.length)) {
      case "poll":
        return this.#poll(runner, response);
      case "work":
        return this.#work(runner, response);
      case "done":
        return this.#done(runner, body, response);
      default:
        return send(response, 404, { message: `runners have no call ${path}` });
    }
  }

  async #poll(runner: MutableRunner, response: ServerResponse): Promise<void> {
    const answered = this.#dispatcher.poll(runner);
    this.#watch(runner, response);
    const result = await answered;
    if (result.kind === "gone") return send(response, 200, { gone: true });
    const { id, runsForMs } = result.kind === "job" ? result.job : { id: null, runsForMs: null };
    send(response, 200, { jobId: id, runsForMs });
  }

  async #work(runner: MutableRunner, response: ServerResponse): Promise<void> {
    const over = this.#dispatcher.work(runner);
    this.#watch(runner, response);
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    const result = await over;
    response.end(JSON.stringify({ conclusion: result?.conclusion ?? null }));
  }

  #done(runner: MutableRunner, body: string, response: ServerResponse): void {
    const read = report.safeParse(parsed(body));
    if (!read.success) return send(response, 422, { message: 'say how the job ended, as {"conclusion":"success"}' });
    this.#dispatcher.finish(runner, read.data.conclusion);
    send(response, 200, {});
  }

  #watch(runner: MutableRunner, response: ServerResponse): void {
    if (response.destroyed) return this.#dispatcher.left(runner);
    response.on("close", () => {
      if (!response.writableEnded) this.#dispatcher.left(runner);
    });
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
