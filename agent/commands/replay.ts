import * as z from "zod";

import { GUID } from "../../shared/receiver/delivery-headers.ts";
import { askDaemon } from "../control/ask-daemon.ts";
import { refusalError } from "../control/control-error.ts";
import type { EdgeAccess } from "../edge/call-edge.ts";
import { replayGuid, replaySince, type MailboxReplay } from "../edge/ask-replay.ts";
import { requireEdge } from "../settings/require-settings.ts";
import { readSettings, type AgentSettings } from "../settings/settings.ts";
import type { LogReplay } from "../sweeps/log-replay.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { countText } from "../../shared/text/count-text.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { pointInTime } from "../cli/point-in-time.ts";

const MOST_DAYS = 30;

const HELP = `Usage: hookline replay --since TIME [--dry-run] [--json]
       hookline replay --guid GUID [--dry-run] [--json]

Has the mailbox at HOOKLINE_EDGE_URL send again what it received since TIME and the agent has acknowledged, dead letters
among it, and has the daemon read GitHub's delivery log again since then, up to three days back: it takes what never
arrived, what it has given up included. The agent drops what its journal knows, a job that has ended is not started, and
GitHub is asked about a job of old news before anything is. So it is safe to run twice.

  --since TIME   30m, 2h or 3d ago, or 2026-11-30T08:00:00Z; at most ${MOST_DAYS} days back
  --guid GUID    one delivery, as GitHub's page of the webhook names it; from the mailbox alone
  --dry-run      counts what the mailbox would send, and changes nothing; GitHub's log is not read
  --json         print {"ok", "mailbox": {"replayed", "full"}, "log": {"logs", "recovered", "open"}}; log is null where
                 it was not read, mailbox where no HOOKLINE_EDGE_URL is set
  --help         print this

The log takes the daemon that runs on HOOKLINE_DATA, on this machine or in this container.

Exit code: 0 done, 1 a part of it could not be done, which says what to do; 2 wrong usage or configuration.
`;

const EITHER = "is missing: hookline replay --since TIME, or --guid GUID, not both";
const guid = z.string().regex(GUID, { error: "takes a delivery's GUID, as GitHub shows it" });

const schemaAt = (nowMs: number) =>
  z
    .object({
      json: flag,
      "dry-run": flag,
      since: pointInTime(nowMs, MOST_DAYS).optional(),
      guid: guid.optional(),
    })
    .refine((given) => (given.since === undefined) !== (given.guid === undefined), { path: ["since"], error: EITHER });

type Asked = z.output<ReturnType<typeof schemaAt>>;

/** `hookline replay --since TIME | --guid GUID [--dry-run] [--json]`. Gives the exit code. */
export async function runReplay(args: readonly string[], io: CommandIo, stop: AbortSignal): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { since: { type: "string" }, guid: { type: "string" }, "dry-run": { type: "boolean" } } as const;
    const rules = { command: "hookline replay", options, words: [], schema: schemaAt(Date.now()) };
    const asked = readArguments(args, rules);
    const settings = readSettings(io);
    if (asked.guid !== undefined) return await replayOne(edgeOf(settings), asked.guid, asked, io, stop);
    return await replayAll(settings, asked.since ?? Date.now(), asked, io, stop);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

function edgeOf(settings: AgentSettings): EdgeAccess {
  const { url, token } = requireEdge(settings);
  return { url, token: token.reveal() };
}

async function replayOne(
  edge: EdgeAccess,
  one: string,
  { json, "dry-run": dryRun }: Asked,
  io: CommandIo,
  stop: AbortSignal,
): Promise<ExitCode> {
  const replayed = await replayGuid(edge, one, dryRun, stop);
  if (replayed === null) {
    const message = `The mailbox has no signal of the delivery ${one}.`;
    const remedy =
      "Send it again from the webhook's page at GitHub, Recent Deliveries; or: hookline replay --since 3d.";
    printFailure(io, json, { code: "no-signal", message, remedy });
    return EXIT.failed;
  }
  if (json) printJson(io, { ok: true, mailbox: { replayed, full: false }, log: null });
  else io.stdout(replayed === 0 ? "It waits for the agent already.\n" : mailboxText({ replayed, full: false }, dryRun));
  return EXIT.fine;
}

async function replayAll(
  settings: AgentSettings,
  sinceMs: number,
  { json, "dry-run": dryRun }: Asked,
  io: CommandIo,
  stop: AbortSignal,
): Promise<ExitCode> {
  const mailbox = settings.edgeUrl === null ? null : await replaySince(edgeOf(settings), sinceMs, dryRun, stop);
  if (!json) io.stdout(mailboxText(mailbox, dryRun));
  const log = dryRun ? null : await readLog(settings.dataFolder, sinceMs, stop);
  if (!json) io.stdout(logText(log, dryRun, io));
  if (mailbox?.full === true) {
    const message = "As many signals wait for the agent as the mailbox keeps; the rest was not put back.";
    const remedy = "Ask again once hookline edge shows that the agent has taken them.";
    printFailure(io, json, { code: "backlog-full", message, remedy }, { mailbox, log });
    return EXIT.failed;
  }
  if (json) printJson(io, { ok: true, mailbox, log });
  return EXIT.fine;
}

async function readLog(dataFolder: string, sinceMs: number, stop: AbortSignal): Promise<LogReplay | null> {
  const answer = await askDaemon(dataFolder, { op: "replay", sinceMs }, () => {}, stop);
  if (answer.type !== "replayed") throw refusalError(answer);
  return answer.log;
}

function mailboxText(mailbox: MailboxReplay | null, dryRun: boolean): string {
  if (mailbox === null) return "mailbox: skipped, HOOKLINE_EDGE_URL is not set\n";
  const sent = dryRun ? "to be sent again" : "sent again";
  return `mailbox: ${countText(mailbox.replayed, "signal")} ${sent}\n`;
}

function logText(log: LogReplay | null, dryRun: boolean, io: CommandIo): string {
  if (dryRun) return "GitHub's log: skipped, a dry run does not read it\n";
  if (log === null) return "GitHub's log: skipped, this daemon lives without an edge\n";
  if (log.logs === 0)
    return `GitHub's log: none could be read; ${remedyHere("hookline doctor", io)} says why, and sweeps read the queue\n`;
  const rest = log.open === 0 ? "" : `, ${log.open} more follow with the next sweeps`;
  return `GitHub's log: ${countText(log.recovered, "delivery", "deliveries")} recovered from ${countText(log.logs, "hook")}${rest}\n`;
}
