import * as z from "zod";

import { createLogger, type Logger } from "../../shared/log/logger.ts";
import { settingsNeededBy } from "../settings/needed-settings.ts";
import { requireWebhookSecret } from "../settings/require-settings.ts";
import { httpAndNotices } from "../daemon/http-and-notices.ts";
import { runDaemon } from "../daemon/run-daemon.ts";
import { processLogger } from "../log/process-logger.ts";
import { readListenAddress, type ListenAddress } from "../http/listen-address.ts";
import { startReceiver, type StandaloneReceiver } from "../standalone/start-receiver.ts";
import { asksForHelp, readArguments } from "../cli/arguments.ts";
import { failWith } from "../cli/failure.ts";
import { EXIT, type CommandIo, type ExitCode } from "../cli/io.ts";
import { beginDaemon } from "./begin-daemon.ts";

const HELP = `Usage: hookline autoscale-webhook --listen [HOST]:PORT

Edge and agent in one process, with no Cloudflare account: takes GitHub's deliveries at POST /webhook, keeps them in
mailbox.sqlite in HOOKLINE_DATA before it answers, and runs the daemon of hookline agent on them. It speaks plain HTTP:
put a reverse proxy with TLS before it (docs/deploy-standalone.md).

  --listen [HOST]:PORT   :8080 listens on every address, 127.0.0.1:8080 and [::1]:8080 on one; port 0 takes a free one
  --help                 print this

It needs ${settingsNeededBy("autoscale-webhook").join(", ")}.
HOOKLINE_TOKEN opens /freshness and /dead to hookline doctor and hookline dead. HOOKLINE_EDGE_URL may be the address
that GitHub delivers to: it is never dialled, doctor and dead find the receiver by it, and sweeps the webhook.
SIGTERM ends it; runners go on, and the next start adopts them.

Exit code: 0 stopped, 1 it could not start or go on, 2 wrong usage or configuration.
`;

const LISTEN_ERROR = "takes [HOST]:PORT, such as :8080, 127.0.0.1:8080 or [::1]:8080";

const schema = z.object({
  listen: z.string({ error: LISTEN_ERROR }).transform((text, context): ListenAddress => {
    const address = readListenAddress(text);
    if (address !== null) return address;
    context.addIssue(LISTEN_ERROR);
    return z.NEVER;
  }),
});

/** `hookline autoscale-webhook --listen [HOST]:PORT`: runs until `stop` is aborted. Gives the exit code. */
export async function runAutoscaleWebhook(
  args: readonly string[],
  io: CommandIo,
  stop: AbortSignal,
): Promise<ExitCode> {
  if (asksForHelp(args)) {
    io.stdout(HELP);
    return EXIT.fine;
  }
  try {
    const options = { listen: { type: "string" } } as const;
    const { listen } = readArguments(args, { command: "hookline autoscale-webhook", options, words: [], schema });
    await serve(listen, io, stop);
    return EXIT.fine;
  } catch (error) {
    return failWith(error, args.includes("--json"), io);
  }
}

async function serve(listen: ListenAddress, io: CommandIo, stop: AbortSignal): Promise<void> {
  const start = await beginDaemon(io, requireWebhookSecret);
  const { settings, log } = start;
  const receiverLog = processLogger(settings.logLevel, { plane: "receiver", call: settings.call });
  const beside = httpAndNotices({ ...start, taken: listen });
  const built = await startReceiver({ ...start, receiverLog, listen });
  announce(built, io);
  const beforeStop = (): Promise<void> => stopReceiving(built, receiverLog);
  await runDaemon({ built, dataFolder: settings.dataFolder, log, stop, beforeStop, ...beside });
}

/** Where it listens is logged at every level: port 0 is of no use otherwise. */
function announce({ server: { port, url } }: StandaloneReceiver, io: CommandIo): void {
  const always = createLogger({
    plane: "receiver",
    level: "info",
    now: Date.now,
    write: (line) => io.stdout(`${line}\n`),
  });
  always.info("listening", { url, port });
}

async function stopReceiving({ server }: StandaloneReceiver, log: Logger): Promise<void> {
  await server.close();
  log.info("receiver stopped; GitHub shows what comes now as failed, and a sweep finds its jobs");
}
