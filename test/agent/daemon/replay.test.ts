import { expect, onTestFinished, test } from "vitest";

import { deliversTo } from "../../../agent/github/model/delivers-to.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { serveHttp } from "../../../agent/http/http-server.ts";
import { LocalMailbox } from "../../../agent/standalone/local-mailbox.ts";
import { createReceiverApp } from "../../../agent/standalone/receiver-app.ts";
import { Secret } from "../../../shared/fleet/secret.ts";
import { MailboxUnavailable } from "../../../shared/receiver/mailbox-port.ts";
import { silentLogger } from "../../../shared/log/logger.ts";
import { poolOf } from "../../shared/controller/world.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { agentFixture } from "./agent-fixture.ts";

const SECRET = "the-webhook-secret";
const HOUR = 60 * 60_000;
const LOGS = ["orgs/list-webhooks", "actions/list-workflow-runs-for-repo", "actions/list-self-hosted-runners-for-org"];

/** The real receiver, mailbox, link and agent on the loopback GitHub; a cut parts both ends from GitHub. */
async function cuttable() {
  const { github, clock, client } = await onLoopback();
  github.addRepository("acme/web");
  const mailbox = new LocalMailbox({ sql: new NodeSql(":memory:"), clock, log: silentLogger });
  let isCut = false;
  const app = createReceiverApp({
    mailbox: {
      accept: async (signal, matched, key) => {
        if (isCut) throw new MailboxUnavailable("cut", 1);
        return mailbox.accept(signal, matched ?? null, key);
      },
      note: (note) => mailbox.note(note),
    },
    operator: mailbox,
    secrets: { current: new Secret(SECRET), previous: null },
    tokens: [new Secret("the-token")],
    now: () => clock.now(),
    clock,
    log: silentLogger,
  });
  const server = await serveHttp(app, { host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    await server.close();
    mailbox.close();
  });
  github.addHook({ scope: "acme", url: `${server.url}/webhook`, secret: SECRET });
  const made = client({ kind: "token", token: github.addToken() });
  const provider = new FakeSlots(clock);
  const world = agentFixture({
    earlier: {
      clock,
      github: new FakeGitHub(clock),
      provider,
      journalSql: new NodeSql(":memory:"),
      slotsSql: new NodeSql(":memory:"),
    },
    github: made,
    dial: mailbox.dial,
    fleet: { version: 2, pools: [poolOf({ repositories: null })] },
    deliveries: { log: made, isOurs: (hook) => deliversTo(hook, server.url) },
  });
  await world.start();
  await world.agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, patience());
  /** A time in which nobody reaches anybody. */
  const cut = async (meanwhile: () => void): Promise<void> => {
    isCut = true;
    const faults = LOGS.map((operation) => github.misbehave({ operation, fault: { kind: "status", status: 502 } }));
    meanwhile();
    await github.deliveriesSettled();
    await clock.advance(HOUR);
    for (const fault of faults) fault.stop();
    isCut = false;
  };
  return { ...world, github, provider, mailbox, cut };
}

test("replay: over a cut of an hour every job that GitHub still has queued is served, once", async () => {
  const { github, agent, clock, cut } = await cuttable();
  const queue = { repository: "acme/web", labels: ["self-hosted", "nas"], runsForMs: null };
  await cut(() => {
    const [, , ended] = [1, 2, 3].map(() => github.queueJob(queue));
    github.cancelJob(ended?.id ?? 0);
  });
  const outcome = agent.operator.replayLog(clock.now() - 2 * HOUR);
  expect(await clock.runUntil(outcome)).toMatchObject({ logs: 1, open: 0 });
  await github.waitFor(() => github.runners().length === 2, "two runners");
  expect(agent.state()).toMatchObject({ slots: 2, demand: 2 });
  const again = agent.operator.replayLog(clock.now() - 2 * HOUR);
  expect(await clock.runUntil(again)).toMatchObject({ recovered: 0 });
  expect(agent.state()).toMatchObject({ demand: 2 });
});
