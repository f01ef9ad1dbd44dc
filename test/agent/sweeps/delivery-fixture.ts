import { onTestFinished } from "vitest";

import { deliversTo } from "../../../agent/github/model/delivers-to.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { MissedDeliveries } from "../../../agent/journal/missed-deliveries.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { LogReplay } from "../../../agent/sweeps/log-replay.ts";
import { DeliverySweep } from "../../../agent/sweeps/delivery-sweep.ts";
import { SweepFailures } from "../../../agent/sweeps/sweep-failures.ts";
import type { SqlDatabase } from "../../../shared/sql/sql.ts";
import type { Signal } from "../../../shared/workflow-job/signal.ts";
import { startWebhookReceiver } from "../../stand-ins/github/support/webhook-receiver.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { fleet } from "./fake-github.ts";

export interface Swept {
  readonly taken: readonly Signal[];
  readonly failures: readonly { readonly what: string; readonly code: string }[];
}

/** An organization whose hook delivers to a receiver that answers as told, and an agent's delivery sweep over its log. */
export async function deliveryWorld(home: "organization" | "repository" | "app" = "organization") {
  const { github, clock, client } = await onLoopback();
  github.addRepository("acme/web");
  const receiver = await startWebhookReceiver();
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  const app = home === "app" ? github.addApp({ owner: "acme", webhook: { url: receiver.url } }) : null;
  if (app !== null) github.installApp({ app, account: "acme" });
  if (home !== "app") github.addHook({ scope: home === "organization" ? "acme" : "acme/web", url: receiver.url });
  await github.deliveriesSettled();
  const token = github.addToken();
  const made = client(
    app === null ? { kind: "token", token } : { kind: "app", appId: app.id, privateKeyPem: app.privateKey },
  );
  const scope = { kind: "repositories", repositories: ["acme/web"] } as const;
  const sql: SqlDatabase = new NodeSql(":memory:");
  const captured = capturedLog();
  const processOf = () => {
    const journal = new Journal(sql);
    const taken: Signal[] = [];
    const deliveries = new DeliverySweep({
      log: made,
      fleet: () => (home === "repository" ? fleet({ scope }) : fleet({})),
      isOurs: (hook) => deliversTo(hook, new URL(".", receiver.url).href),
      missed: new MissedDeliveries(sql),
      has: (guid) => journal.has(guid),
      take: (signal) => taken.push(...journal.take([signal], clock.now())),
      clock,
      logger: captured.log,
    });
    return { deliveries, taken };
  };
  const run = async ({ deliveries, taken }: ReturnType<typeof processOf>): Promise<Swept> => {
    const failures = new SweepFailures();
    await deliveries.run(failures, new AbortController().signal);
    return { taken, failures: failures.all };
  };
  /** A sweep of a process that knows only what the disk holds. */
  const sweep = (): Promise<Swept> => run(processOf());
  const living = processOf();
  /** A sweep of one process that goes on; what it has taken so far is in each result. */
  const sweepOn = (): Promise<Swept> => run(living);
  /** The same on an operator's word, with what it came to. */
  const sweepAgain = async (sinceMs: number): Promise<Swept & { readonly outcome: LogReplay }> => {
    const [outcome, swept] = await Promise.all([living.deliveries.again(sinceMs), run(living)]);
    return { ...swept, outcome };
  };
  return { github, clock, receiver, sql, sweep, sweepOn, sweepAgain, records: () => captured.records() };
}
