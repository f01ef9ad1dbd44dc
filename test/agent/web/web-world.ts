import { request, type IncomingHttpHeaders } from "node:http";

import { onTestFinished } from "vitest";

import { EdgeWatch } from "../../../agent/edge/edge-watch.ts";
import type { Freshness } from "../../../shared/mailbox/freshness.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import type { ShownSecret } from "../../../agent/settings/shown-secrets.ts";
import { startWeb, type StartWebOptions } from "../../../agent/web/start-web.ts";
import type { ServedHttp } from "../../../agent/settings/require-settings.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { HandDrivenDaemon } from "../control/world.ts";

export const TOKEN = "a-token-of-this-test";

export interface WebAnswer {
  readonly status: number;
  readonly type: string;
  readonly challenge: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the page's forms are opened with. */
export const OPERATOR = "an-operator-of-this-test";

export interface WebWorldOptions {
  /** Null where nobody made one. */
  readonly token?: string | null;
  /** Null where the page only shows. */
  readonly operator?: string | null;
  /** Of the journal. */
  readonly dataFolder?: string;
  /** What the edge answers when it is asked; there is none unless it is given. */
  readonly edge?: () => Promise<Freshness>;
  readonly deadLetters?: StartWebOptions["deadLetters"];
  readonly examine?: StartWebOptions["examine"];
  readonly clock?: StartWebOptions["clock"];
}

/** A hand-driven daemon that is served on a free port of this machine. */
export async function webWorld(change: Partial<ServedHttp> = {}, options: WebWorldOptions = {}) {
  const { token: secret = TOKEN, operator = null, dataFolder = temporaryFolder() } = options;
  const { deadLetters = null, examine = null, clock = new VirtualClock() } = options;
  const edge = options.edge === undefined ? null : new EdgeWatch(options.edge, clock);
  const daemon = new HandDrivenDaemon();
  const captured = capturedLog();
  const http: ServedHttp = {
    listen: { host: "127.0.0.1", port: 0 },
    token: null,
    operatorToken: null,
    read: "token",
    hosts: ["nas.home"],
    ...change,
  };
  const shown = (text: string | null): ShownSecret | null => (text === null ? null : { reveal: () => text });
  const journalSql = new NodeSql(":memory:");
  const server = await startWeb({
    http,
    token: shown(secret),
    operatorToken: shown(operator),
    daemon,
    githubApiUrl: "https://api.github.com",
    dataFolder,
    journalSql,
    edge,
    deadLetters,
    examine,
    clock,
    log: captured.log,
  });
  onTestFinished(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}) => ask(server.port, path, headers);
  const read = (path: string) => get(path, { authorization: `Bearer ${TOKEN}` });
  return { daemon, server, journalSql, get, read, records: () => captured.records() };
}

/** By hand, since `fetch` lets nobody set the Host header. */
function ask(port: number, path: string, headers: Record<string, string>): Promise<WebAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, headers }, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (body += chunk));
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers["content-type"] ?? "",
          challenge: answer.headers["www-authenticate"],
          headers: answer.headers,
          body,
        }),
      );
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
