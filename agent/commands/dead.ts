import * as z from "zod";

import { requireEdge } from "../settings/require-settings.ts";
import { positiveNumber } from "../settings/setting-rules.ts";
import { readSettings } from "../settings/settings.ts";
import { askDeadLetters, requeueDeadLetter, type DeadLetterList } from "../edge/ask-dead.ts";
import type { EdgeAccess } from "../edge/call-edge.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, remedyHere, type CommandIo, type ExitCode } from "../cli/io.ts";
import { textTable } from "../cli/text-table.ts";

const DEADLINE_MS = 10_000;
const MOST = 999_999_999_999_999;

const HELP = `Usage: hookline dead [--json]
       hookline dead requeue SEQ [--json]

Lists the signals that the mailbox has set aside because the agent could not take them, newest first, each with its
reason and that agent's version; or puts one back at the end of the queue, from where it is sent at once. An agent that
is newer gets them back by itself when it connects. They are kept for five weeks, the newest thousand. Asks the Worker,
or the standalone receiver, at HOOKLINE_EDGE_URL with HOOKLINE_TOKEN.

  --json   print {"ok", "dead": [{"seq", "guid", "jobId", "repository", "action", "reason", …}], "total"},
           for requeue {"ok", "requeued", "seq"}: the old number and the new one
  --help   print this

Exit code: 0 done, 1 the edge did not answer or has no such dead letter, 2 wrong usage or configuration.
`;

const ACTION_ERROR = 'is the only word that may follow "dead"';

const schema = z
  .object({
    json: flag,
    requeue: z.literal("requeue", { error: ACTION_ERROR }).optional(),
    SEQ: z.string().pipe(positiveNumber(MOST)).optional(),
  })
  .refine(({ requeue, SEQ }) => (requeue === undefined) === (SEQ === undefined), {
    path: ["SEQ"],
    error: "is missing: hookline dead requeue SEQ",
  });

/** `hookline dead [--json]` and `hookline dead requeue SEQ [--json]`. Gives the exit code. */
export async function runDead(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const rules = { command: "hookline dead", options: {}, words: ["requeue", "SEQ"], schema };
    const { json, SEQ } = readArguments(args, rules);
    const { url, token } = requireEdge(readSettings(io));
    const edge = { url, token: token.reveal() };
    return SEQ === undefined ? await list(edge, json, io) : await putBack(edge, SEQ, json, io);
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function list(edge: EdgeAccess, json: boolean, io: CommandIo): Promise<ExitCode> {
  const found = await askDeadLetters(edge, AbortSignal.timeout(DEADLINE_MS));
  if (json) printJson(io, { ok: true, ...found });
  else io.stdout(describe(found, io));
  return EXIT.fine;
}

function describe({ dead, total }: DeadLetterList, io: CommandIo): string {
  if (total === 0) return "No dead letters.\n";
  const columns = [
    ["seq", 8],
    ["died", 19],
    ["job", 12],
    ["action", 11],
    ["agent", 8],
    ["reason", 22],
  ] as const;
  const rows = dead.map(({ seq, diedAt, jobId, action, refusedBy, reason }) => [
    String(seq),
    new Date(diedAt).toISOString().slice(0, 19).replace("T", " "),
    jobId === 0 ? "-" : String(jobId),
    action === "" ? "-" : action,
    refusedBy ?? "-",
    reason,
  ]);
  const rest = total > dead.length ? `${total - dead.length} older ones are not shown.\n` : "";
  return `${textTable(columns, rows)}${rest}${remedyHere("Put one back with: hookline dead requeue SEQ", io)}\n`;
}

async function putBack(edge: EdgeAccess, requeued: number, json: boolean, io: CommandIo): Promise<ExitCode> {
  const seq = await requeueDeadLetter(edge, requeued, AbortSignal.timeout(DEADLINE_MS));
  if (seq === null) {
    const remedy = "hookline dead lists those that there are; one that was put back has a new number.";
    printFailure(io, json, { code: "no-dead-letter", message: `No dead letter has the number ${requeued}.`, remedy });
    return EXIT.failed;
  }
  if (json) printJson(io, { ok: true, requeued, seq });
  else io.stdout(`Signal ${requeued} is in the queue again, as ${seq}.\n`);
  return EXIT.fine;
}
