import { randomUUID } from "node:crypto";

import { scopeName } from "../../github/model/scope.ts";
import { scopesOf, webhookUrlOf, type InitContext, type Step } from "../world/context.ts";
import { InitError } from "../world/init-error.ts";
import { signAsGitHub } from "../../edge/sign-as-github.ts";
import { wranglerCommand } from "../../edge/wrangler-command.ts";
import { freshnessWhen } from "./edge.ts";
import { hookCallsOf } from "./hooks.ts";
import { readSecret } from "./secrets.ts";

/** GitHub sends a ping within seconds; what takes longer has failed. */
const PING_MS = 60_000;

/** Sends the first probe and waits until the mailbox has seen it. */
export const probeStep: Step = {
  id: "probe",
  plan: ({ progress }) => [
    progress.choices.app
      ? "send a signed ping to the Worker and wait until the mailbox has seen it"
      : "let GitHub ping each webhook and wait until the mailbox has seen it",
  ],
  async run(context) {
    if (context.progress.choices.app) await probeDirectly(context);
    else for (const scope of scopesOf(context.progress.choices.target)) await probeHook(scope, context);
    if (!context.progress.made.probed) context.progress.note({ probed: true });
    return "a ping went all the way to the mailbox";
  },
};

async function probeHook(scope: ReturnType<typeof scopesOf>[number], context: InitContext): Promise<void> {
  const id = context.progress.made.hooks[scopeName(scope)]?.id ?? null;
  if (id === null) throw new TypeError("the hooks step comes first");
  const pingOf = (hooks: readonly { readonly id: string; readonly lastPingAt: number | null }[] | undefined) =>
    hooks?.find((hook) => hook.id === String(id))?.lastPingAt ?? 0;
  const before = pingOf((await freshnessWhen(() => true, context)).hooks);
  await hookCallsOf(context).ping(scope, id, context.signal);
  const seen = await freshnessWhen(({ hooks }) => pingOf(hooks) > before, context, PING_MS);
  if (seen === null) throw notSeen(`GitHub was asked to ping webhook ${id} of ${scopeName(scope)}`);
}

/** An App's own hook cannot be pinged on demand: https://docs.github.com/en/rest/apps/webhooks */
async function probeDirectly(context: InitContext): Promise<void> {
  const before = (await freshnessWhen(() => true, context)).lastPingAt ?? 0;
  const body = JSON.stringify({ zen: "Keep it logically awesome.", hook_id: 0, hook: { type: "App" } });
  const secret = readSecret(context.layout.webhookSecret, context);
  const answer = await context.world.fetch(webhookUrlOf(context.progress), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-event": "ping",
      "x-github-delivery": randomUUID(),
      "x-hub-signature-256": signAsGitHub(body, secret),
    },
    body,
    redirect: "manual",
    signal: context.signal,
  });
  if (answer.status !== 202) throw notSeen(`The edge answered ${answer.status} to a signed ping`);
  const seen = await freshnessWhen(({ lastPingAt }) => (lastPingAt ?? 0) > before, context, PING_MS);
  if (seen === null) throw notSeen("A signed ping was sent to the edge");
}

function notSeen(what: string): InitError {
  return new InitError(
    "probe",
    `${what}, and the mailbox has not seen it.`,
    `Look at the webhook's recent deliveries on GitHub and at the Worker's log (${wranglerCommand("tail")}), then run hookline init again.`,
  );
}
