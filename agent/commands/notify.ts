import { randomUUID } from "node:crypto";

import * as z from "zod";

import { silentLogger } from "../../shared/log/logger.ts";
import { asksForHelp, flag, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, printFailure, printJson, type CommandIo, type ExitCode } from "../cli/io.ts";
import { systemClock } from "../clock/system-clock.ts";
import { Courier } from "../notices/courier.ts";
import type { Notice } from "../notices/notice.ts";
import { readSettings, type NoticeSettings } from "../settings/settings.ts";

const HELP = `Usage: hookline notify test [--json]

Sends a notice to each receiver of HOOKLINE_NOTIFY, at once and whatever the hour, and says which of them took it. It
asks no daemon and writes nothing down.

  --json   print {"ok", "receivers": [{"name", "taken", "reason"}]}
  --help   print this

Exit code: 0 all took it, 1 one did not, 2 wrong usage or configuration, or no receiver is set.
`;

const schema = z.object({
  json: flag,
  test: z.literal("test", { error: 'is missing: the one word is "test"' }),
});

/** `hookline notify test [--json]`. Gives the exit code. */
export async function runNotify(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const { json } = readArguments(args, { command: "hookline notify", options: {}, words: ["test"], schema });
    const { notices, instance } = readSettings(io);
    if (notices.receivers.length === 0) return refuse(json, io);
    const results = await sendTo(notices, instance);
    const ok = results.every(({ taken }) => taken);
    if (json) printJson(io, { ok, receivers: results });
    else io.stdout(results.map(describe).join(""));
    return ok ? EXIT.fine : EXIT.failed;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

interface Result {
  readonly name: string;
  readonly taken: boolean;
  readonly reason: string | null;
}

function describe({ name, taken, reason }: Result): string {
  return taken ? `ok   ${name}\n` : `FAIL ${name}: ${reason}\n`;
}

function sendTo({ receivers, secret }: NoticeSettings, instance: string): Promise<readonly Result[]> {
  const options = { receivers, secret: secret?.reveal() ?? null, post: fetch, clock: systemClock, random: Math.random };
  const courier = new Courier({ ...options, log: silentLogger });
  const notice: Notice = {
    id: `msg_${randomUUID()}`,
    kind: "test",
    rule: "test",
    key: "test",
    title: `${instance}: a test`,
    text: "Notices of Hookline arrive here.",
    remedy: null,
    instance,
    atMs: systemClock.now(),
  };
  return Promise.all(
    receivers.map(async (receiver) => {
      const reason = await courier.deliver(notice, receiver, new AbortController().signal);
      return { name: receiver.name, taken: reason === null, reason };
    }),
  );
}

function refuse(json: boolean, io: CommandIo): ExitCode {
  const remedy =
    "Set it, or HOOKLINE_NOTIFY_FILE, to ntfy+https://ntfy.sh/MY-TOPIC for example; docs/notifications.md has the others.";
  printFailure(io, json, { code: "no-receiver", message: "HOOKLINE_NOTIFY is not set.", remedy });
  return EXIT.usage;
}
