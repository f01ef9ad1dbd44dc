import { messageOf } from "../../shared/errors/message-of.ts";
import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";

import type { Logger } from "../../shared/log/logger.ts";
import { answerRequest, type Daemon } from "./answer-request.ts";
import { ControlError } from "./control-error.ts";
import { controlSocketOf, fitsSocketAddress } from "./control-socket.ts";
import { firstLineOf } from "./read-lines.ts";

export interface ControlOptions {
  readonly dataFolder: string;
  readonly daemon: Daemon;
  readonly log: Logger;
}

/** The daemon's ear for commands on the same machine: a socket that only its user, and root, may open. */
export interface ControlServer {
  close(): Promise<void>;
}

/**
 * Listens in the data folder, in place of a daemon that died there. A file system that has no sockets costs the
 * commands, not the daemon: null then.
 * @throws {ControlError} if another daemon answers there: two on one journal would undo each other's work.
 */
export async function startControl({ dataFolder, daemon, log }: ControlOptions): Promise<ControlServer | null> {
  const path = controlSocketOf(dataFolder);
  try {
    if (!fitsSocketAddress(path)) throw new Error(`${path} is longer than a socket's address may be`);
    if (await isAnswered(path)) throw anotherRuns(dataFolder);
    return serve(await listen(path), daemon);
  } catch (error) {
    if (error instanceof ControlError) throw error;
    const reason = messageOf(error);
    const remedy = "put HOOKLINE_DATA on a local file system, under a short path";
    log.warn("no command will reach this daemon", { reason, remedy });
    return null;
  }
}

function anotherRuns(dataFolder: string): ControlError {
  const remedy = "Stop it first, or give this one a HOOKLINE_DATA and a HOOKLINE_INSTANCE of its own.";
  return new ControlError("daemon-runs", `Another daemon runs on ${dataFolder}.`, remedy);
}

/** Whether a daemon answers at the socket. One that was killed has left its file behind, which nobody answers. */
function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once("connect", () => {
      probe.destroy();
      resolve(true);
    });
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED" && lstatSync(path).isSocket()) unlinkSync(path);
      resolve(false);
    });
  });
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(path, () => resolve(server));
    // In the same turn that made it: nobody has been let in yet.
    if (server.listening) chmodSync(path, 0o600);
  });
}

function serve(server: Server, daemon: Daemon): ControlServer {
  const open = new Map<Socket, AbortController>();
  server.on("connection", (socket) => {
    const abort = new AbortController();
    open.set(socket, abort);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      open.delete(socket);
      abort.abort();
    });
    void answer(socket, daemon, abort.signal);
  });
  return {
    close: () => {
      for (const socket of open.keys()) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function answer(socket: Socket, daemon: Daemon, signal: AbortSignal): Promise<void> {
  const line = await firstLineOf(socket);
  if (line === null) return void socket.destroy();
  try {
    await answerRequest(
      line,
      daemon,
      (text) => void (socket.writable && socket.write(`${JSON.stringify(text)}\n`)),
      signal,
    );
    socket.end();
  } catch {
    // The command went away; what it asked for stays in effect.
    socket.destroy();
  }
}
