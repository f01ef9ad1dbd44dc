import type { Logger } from "../../shared/log/logger.ts";
import { systemClock } from "../clock/system-clock.ts";
import { requireGitHub, requireWebhookSecret } from "../settings/require-settings.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { buildAgent, type BuildOptions, type BuiltAgent } from "../daemon/build-agent.ts";
import { serveHttp, type HttpServer } from "../http/http-server.ts";
import type { ListenAddress } from "../http/listen-address.ts";
import { LocalMailbox } from "./local-mailbox.ts";
import { openMailboxFile } from "./mailbox-file.ts";
import { createReceiverApp } from "./receiver-app.ts";

export interface StartOptions extends Omit<BuildOptions, "dial"> {
  readonly listen: ListenAddress;
  /** The receiver's own records; the agent's go to `log`. */
  readonly receiverLog: Logger;
}

/** The standalone receiver: it takes deliveries already; its agent is built and waits for `start`. */
export interface StandaloneReceiver extends BuiltAgent {
  readonly server: HttpServer;
}

/**
 * Puts receiver, mailbox and agent together in this process and listens. Deliveries are stored from then on, whether
 * or not the agent has started.
 * @throws {ConfigError} if a setting that it needs is missing, before anything is touched.
 * @throws {ListenError} if the address cannot be had.
 * @throws {Error} if a file cannot be opened.
 */
export async function startReceiver(options: StartOptions): Promise<StandaloneReceiver> {
  const { settings, secrets: live, listen, receiverLog } = options;
  requireGitHub(settings);
  const secrets = {
    current: live?.get("GITHUB_WEBHOOK_SECRET") ?? requireWebhookSecret(settings),
    previous: live?.get("GITHUB_WEBHOOK_SECRET_PREVIOUS") ?? settings.previousWebhookSecret,
  };
  const sql = openMailboxFile(settings.dataFolder);
  const undo: (() => unknown)[] = [() => sql.close()];
  try {
    const mailbox = new LocalMailbox({ sql, clock: systemClock, log: receiverLog, bounds: settings.mailbox });
    undo.push(() => mailbox.close());
    const tokens = [
      live?.get("HOOKLINE_TOKEN") ?? settings.token,
      live?.get("HOOKLINE_TOKEN_PREVIOUS") ?? settings.previousToken,
    ];
    const readTokens = [
      live?.get("HOOKLINE_READ_TOKEN") ?? settings.readToken,
      live?.get("HOOKLINE_READ_TOKEN_PREVIOUS") ?? settings.previousReadToken,
    ];
    const { staleMs } = settings;
    const parts = { mailbox, operator: mailbox, secrets, tokens, readTokens, staleMs };
    const app = createReceiverApp({ ...parts, now: Date.now, log: receiverLog });
    const built = buildAgent({ ...options, dial: mailbox.dial });
    undo.push(() => built.close());
    const server = await serveHttp(app, listen);
    warnWithoutToken(settings, receiverLog);
    return { ...built, server, close: () => closeAll(undo) };
  } catch (error) {
    closeAll(undo);
    throw error;
  }
}

/** In the opposite order; each though another one fails. */
function closeAll(undo: (() => unknown)[]): void {
  for (const step of undo.splice(0).toReversed()) step();
}

function warnWithoutToken({ token }: AgentSettings, log: Logger): void {
  if (token !== null) return;
  log.warn("HOOKLINE_TOKEN is not set; /freshness and /dead answer 401", {
    remedy: "set it for the receiver, and for hookline doctor and hookline dead",
  });
}
