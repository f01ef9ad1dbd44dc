import type { Clock } from "../../shared/clock/clock.ts";
import type { Logger } from "../../shared/log/logger.ts";
import type { Daemon } from "../control/answer-request.ts";
import type { HeardEdge } from "../edge/edge-watch.ts";
import { serveHttp, type HttpServer } from "../http/http-server.ts";
import type { ServedHttp } from "../settings/require-settings.ts";
import type { ShownSecret } from "../settings/shown-secrets.ts";
import type { SqlDatabase } from "../../shared/sql/sql.ts";
import { OperatorActs } from "../journal/operator-acts.ts";
import { webUrlOf } from "../github/model/web-url.ts";
import type { StatusPage, PageOptions } from "./page/page-app.ts";
import { StatusFeed } from "./feed/status-feed.ts";
import { createWebApp } from "./web-app.ts";

/** A browser holds six connections to a host; a household with dashboards and monitors stays far below. */
const MOST_CONNECTIONS = 256;

export interface StartWebOptions {
  readonly http: ServedHttp;
  /** What opens it; null where everybody may read. */
  readonly token: ShownSecret | null;
  /** What lets its holder act by the page; null where the page only shows. */
  readonly operatorToken: ShownSecret | null;
  readonly daemon: Pick<Daemon, "job"> & PageOptions["daemon"];
  /** Where it is written down what is done by the page. */
  readonly journalSql: SqlDatabase;
  /** See `PageOptions`. */
  readonly deadLetters: PageOptions["deadLetters"];
  readonly examine: PageOptions["examine"];
  readonly githubApiUrl: string;
  /** See `WebAppOptions`. */
  readonly edge: HeardEdge | null;
  /** Of the journal. */
  readonly dataFolder: string;
  readonly clock: Pick<Clock, "now" | "monotonicMs">;
  readonly log: Logger;
}

/** Serves the daemon on an address of its own. @throws {ListenError} if the address cannot be had. */
export async function startWeb(options: StartWebOptions): Promise<HttpServer> {
  const { http, log, daemon, githubApiUrl } = options;
  const feed = new StatusFeed(daemon);
  const operator = (): PageOptions["operator"] =>
    options.operatorToken === null ? null : { acts: new OperatorActs(options.journalSql) };
  let loaded: Promise<StatusPage> | null = null;
  const page = (): Promise<StatusPage> =>
    (loaded ??= loadPage({ ...options, web: webUrlOf(githubApiUrl), operator: operator() }));
  const app = createWebApp({ ...options, feed, page, hosts: http.hosts, isOpen: http.read === "open" });
  const server = await serveHttp(app, http.listen, { maxConnections: MOST_CONNECTIONS, setting: "HOOKLINE_HTTP" });
  log.info("serving over HTTP", { url: server.url, read: http.read });
  return {
    ...server,
    close: async () => {
      // Streams have no end of their own that a stop could wait for.
      feed.close();
      (await loaded?.catch(() => null))?.close();
      await server.close();
    },
  };
}

async function loadPage(options: PageOptions): Promise<StatusPage> {
  const { createPage } = await import("./page/page-app.ts");
  return createPage(options);
}
