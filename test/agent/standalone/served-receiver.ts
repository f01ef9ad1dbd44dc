import { expect, onTestFinished } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { serveHttp } from "../../../agent/http/http-server.ts";
import { Journal } from "../../../agent/journal/journal.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp, type ActiveSecrets } from "../../../agent/standalone/receiver-app.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { silentLogger, type Logger } from "../../../shared/log/logger.ts";
import type { WebhookSecrets } from "../../../shared/signature/webhook-verifier.ts";
import { linkFixture } from "../link/link-fixture.ts";

export interface ServedReceiverOptions {
  readonly secrets: WebhookSecrets;
  /** The agent's tokens. */
  readonly tokens: readonly string[];
  /** The mailbox's database; one in memory where it is left out. */
  readonly sql?: NodeSql;
  readonly log?: Logger;
}

/** The standalone receiver on a free port of this machine, until the test is over. */
export async function serveReceiver(options: ServedReceiverOptions) {
  const { secrets, tokens, sql = new NodeSql(":memory:"), log = silentLogger } = options;
  const mailbox = new LocalMailbox({ sql, clock: systemClock, log });
  const app = createReceiverApp({
    mailbox,
    operator: mailbox,
    secrets: activeSecrets(secrets),
    tokens: tokens.map((token) => new Secret(token)),
    now: Date.now,
    log,
  });
  const server = await serveHttp(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await server.close();
    mailbox.close();
  });
  return { mailbox, server };
}

export function activeSecrets({ current, previous }: WebhookSecrets): ActiveSecrets {
  return { current: new Secret(current), previous: previous === undefined ? null : new Secret(previous) };
}

/** An agent with an empty journal connects to a mailbox, takes what waits there and leaves. */
export async function takeAllOf(mailbox: LocalMailbox): Promise<void> {
  const journal = new Journal(new NodeSql(":memory:"));
  const { client, told } = linkFixture({ dial: mailbox.dial, clock: systemClock, journal });
  client.start();
  await expect.poll(() => told).toContain("caught up");
  client.stop();
}
