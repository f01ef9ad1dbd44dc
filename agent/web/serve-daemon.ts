import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import type { Daemon } from "../control/answer-request.ts";
import { deadLettersOf } from "../edge/dead-letters-of.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import type { HttpServer } from "../http/http-server.ts";
import type { Environment } from "../settings/environment.ts";
import type { LiveSecrets } from "../settings/live-secrets.ts";
import type { ServedHttp } from "../settings/require-settings.ts";
import type { AgentSettings } from "../settings/settings.ts";
import { startWeb } from "./start-web.ts";

export interface ServeDaemonOptions {
  readonly http: ServedHttp;
  readonly settings: AgentSettings;
  readonly secrets: LiveSecrets;
  /** Where the settings come from, for the doctor. */
  readonly source: { readonly env: Environment; readonly cwd: string };
  readonly daemon: Daemon;
  readonly journalSql: SqlDatabase;
  readonly edge: HeardEdge | null;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Serves a daemon as its settings say; the doctor's code is loaded when somebody has it run. @throws {ListenError} */
export function serveDaemon(options: ServeDaemonOptions): Promise<HttpServer> {
  const { settings, secrets, source, clock } = options;
  const { githubApiUrl, dataFolder } = settings;
  return startWeb({
    ...options,
    githubApiUrl,
    dataFolder,
    token: secrets.get("HOOKLINE_HTTP_TOKEN"),
    operatorToken: secrets.get("HOOKLINE_HTTP_OPERATOR_TOKEN"),
    deadLetters: deadLettersOf(settings, secrets),
    examine: async (probe) => {
      const { examineAll } = await import("../doctor/examine-all.ts");
      return examineAll({ ...source, settings, clock, random: Math.random }, probe);
    },
  });
}
