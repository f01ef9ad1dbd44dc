import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";

import * as z from "zod";

import { ConfigError } from "../../shared/fleet/config-error.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { poll } from "../clock/poll.ts";
import { systemClock } from "../clock/system-clock.ts";
import { askFreshness } from "../edge/ask-freshness.ts";
import { sampleDelivery } from "../edge/sample-delivery.ts";
import { sendDelivery, type WebhookAnswer } from "../edge/send-delivery.ts";
import { wranglerCommand } from "../edge/wrangler-command.ts";
import { readPoolsFile } from "../settings/pools-file.ts";
import { requireWebhookSecret } from "../settings/require-settings.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";

const DEADLINE_MS = 10_000;
const POLLS = { baseMs: 100, capMs: 2000 };
const NOBODY_THERE = "start it, or check HOOKLINE_EDGE_URL: npx -y pnpm@12 dev serves http://127.0.0.1:8787";

const HELP = `Usage: hookline send-sample [--json]

Signs a delivery as GitHub does, sends it to the edge at HOOKLINE_EDGE_URL, and says what became of it. Its job looks like
one of your first pool's, or nobody's where there is no pools file, and is over already, so nothing is
started. Needs GITHUB_WEBHOOK_SECRET; with HOOKLINE_TOKEN it also waits, for ten seconds at most, until the agent has
taken it.

  --json   print {"ok", "status", "outcome", "seq", "reason", "taken"}; taken is null where nobody was asked
  --help   print this

Exit code: 0 stored (and taken, if the agent is linked), 1 not stored, 2 wrong usage or configuration.
`;

/** How far the sample came behind the edge: null where nobody could be asked. */
type Taken = "by the agent" | "no agent is linked: it waits" | "not within ten seconds" | null;

/** `hookline send-sample`. Gives the exit code. */
export async function runSendSample(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const schema = z.object({ json: flag });
    const { json } = readArguments(args, { command: "hookline send-sample", options: {}, words: [], schema });
    const settings = readSettings(io);
    const edgeUrl = addressOf(settings);
    const file = settings.configFile;
    const fleet = existsSync(file) ? readPoolsFile({ file, cwd: io.cwd, env: io.env }).fleet : null;
    const secret = requireWebhookSecret(settings).reveal();
    const signal = AbortSignal.any([stop, AbortSignal.timeout(DEADLINE_MS)]);
    const sample = sampleDelivery(fleet, secret, randomUUID(), systemClock.now(), "send-sample");
    const answer = await sendDelivery(edgeUrl, sample, signal, NOBODY_THERE);
    const taken = answer.seq === null ? null : await follow(settings, edgeUrl, answer.seq, signal);
    return print(answer, taken, json, io);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function addressOf({ edgeUrl }: AgentSettings): string {
  if (edgeUrl !== null) return edgeUrl;
  const message = "is not set; set it to the edge's address, http://127.0.0.1:8787 for npx -y pnpm@12 dev";
  throw new ConfigError("the environment", [{ path: "HOOKLINE_EDGE_URL", message }]);
}

async function follow({ token }: AgentSettings, edgeUrl: string, seq: number, signal: AbortSignal): Promise<Taken> {
  if (token === null) return null;
  const look = async (): Promise<Taken> => {
    const seen = await askFreshness(edgeUrl, token.reveal(), signal).catch(onlyIfEnded(signal));
    if (seen === null) return null;
    if (seen.acked >= seq) return "by the agent";
    return seen.agent.connected ? null : "no agent is linked: it waits";
  };
  const options = { clock: systemClock, random: Math.random, pauses: POLLS, patienceMs: DEADLINE_MS };
  return (await poll(look, options, signal)) ?? "not within ten seconds";
}

/** What fails because the time is up is an answer; everything else is a failure. */
function onlyIfEnded(signal: AbortSignal): (error: unknown) => null {
  return (error) => {
    if (signal.aborted) return null;
    throw error;
  };
}

function print(answer: WebhookAnswer, taken: Taken, json: boolean, io: CommandIo): ExitCode {
  const { status, outcome, seq, reason } = answer;
  if (seq === null) {
    const message = `The edge answered ${status}: ${reason === null ? outcome : `${outcome}, ${reason}`}.`;
    printFailure(io, json, { code: "not-stored", message, remedy: remedyFor(answer) }, { ...answer, taken });
    return EXIT.failed;
  }
  const isFine = taken !== "not within ten seconds";
  if (json) printJson(io, { ok: isFine, ...answer, taken });
  else io.stdout(`The edge answered ${status}: ${outcome}, as number ${seq}.\n${takenText(taken)}`);
  return isFine ? EXIT.fine : EXIT.failed;
}

function takenText(taken: Taken): string {
  if (taken === null) return "Set HOOKLINE_TOKEN to see whether the agent takes it.\n";
  return `Taken: ${taken}.\n`;
}

function remedyFor({ status, outcome }: WebhookAnswer): string {
  if (status === 401) return "Give this command the secret that the edge has: GITHUB_WEBHOOK_SECRET.";
  if (outcome === "ignored") return "The edge knows other pools than this pools file; hookline reload announces these.";
  return `Look at the edge's log: ${wranglerCommand("tail")}`;
}
