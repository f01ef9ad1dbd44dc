import { request, type IncomingHttpHeaders } from "node:http";

import { onTestFinished } from "vitest";

import { startWeb } from "../../../agent/web/start-web.ts";
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

/** A hand-driven daemon that is served on a free port of this machine. */
export async function webWorld(
  change: Partial<ServedHttp> = {},
  secret: string | null = TOKEN,
  dataFolder = temporaryFolder(),
) {
  const daemon = new HandDrivenDaemon();
  const captured = capturedLog();
  const http: ServedHttp = {
    listen: { host: "127.0.0.1", port: 0 },
    token: null,
    read: "token",
    hosts: ["nas.home"],
    ...change,
  };
  const token = secret === null ? null : { reveal: () => secret };
  const server = await startWeb({
    http,
    token,
    daemon,
    githubApiUrl: "https://api.github.com",
    dataFolder,
    edge: null,
    clock: new VirtualClock(),
    log: captured.log,
  });
  onTestFinished(() => server.close());
  const get = (path: string, headers: Record<string, string> = {}) => ask(server.port, path, headers);
  const read = (path: string) => get(path, { authorization: `Bearer ${TOKEN}` });
  return { daemon, server, get, read, records: () => captured.records() };
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
