import { request } from "node:http";

import { parseDockerHost, type DockerHost } from "../../../agent/docker/docker-host.ts";

/** The engine that tests and demo use: DOCKER_HOST, or the usual socket. */
export const engineHost: DockerHost = parseDockerHost(process.env.DOCKER_HOST);

/** One raw call to the engine, for what only tests need. Rejects on a status of 400 or more. */
export function rawCall(method: string, path: string, body?: string | Uint8Array): Promise<string> {
  const address =
    engineHost.kind === "unix"
      ? { socketPath: engineHost.socketPath }
      : { host: engineHost.hostname, port: engineHost.port };
  const headers =
    body === undefined
      ? {}
      : {
          "Content-Length": Buffer.byteLength(body),
          "Content-Type": typeof body === "string" ? "application/json" : "application/x-tar",
        };
  return new Promise((resolve, reject) => {
    const outgoing = request({ ...address, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("error", reject);
      response.on("end", () => {
        if ((response.statusCode ?? 500) < 400) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** What the engine says of what is gone, or is being removed at somebody else's word. */
const GONE = /^DELETE \S+: (?:404 |409 .*is already in progress)/;

/** Deletes what may be gone or going already, or was never made: a clean-up that fails hides why the test failed. */
export async function discard(path: string): Promise<void> {
  await rawCall("DELETE", path).catch((error: unknown) => {
    if (!(error instanceof Error) || !GONE.test(error.message)) throw error;
  });
}
