import { connect, type Socket } from "node:net";

import { ControlError } from "./control-error.ts";
import { controlSocketOf } from "./control-socket.ts";
import { answerSchema, type ControlAnswer, type ControlRequest } from "./protocol.ts";
import { linesOf } from "./read-lines.ts";

/** How it goes; the last answer comes after it. */
export type ProgressAnswer = Extract<ControlAnswer, { type: "progress" | "retiring" }>;

/**
 * Asks the daemon of a data folder and resolves with its last answer; `onProgress` hears the others.
 * @throws {ControlError} if no daemon runs there, if it ends before it has answered, or if it speaks another language.
 * @throws the signal's reason once it is aborted; what was asked for stays in effect.
 */
export async function askDaemon(
  dataFolder: string,
  request: ControlRequest,
  onProgress: (answer: ProgressAnswer) => void,
  signal: AbortSignal,
): Promise<Exclude<ControlAnswer, ProgressAnswer>> {
  for await (const answer of answersOf(dataFolder, request, signal)) {
    if (answer.type !== "progress" && answer.type !== "retiring") return answer;
    onProgress(answer);
  }
  signal.throwIfAborted();
  const remedy =
    request.op === "drain"
      ? "The drain is in its journal and holds when it starts again; ask once more then."
      : "Ask once more when it has started again.";
  throw new ControlError("daemon-ended", "The daemon ended before it had answered.", remedy);
}

/**
 * Asks for what the daemon has at hand, and waits no longer than `limitMs`.
 * @throws {ControlError} as `askDaemon`, and `daemon-silent` if it is there and does not answer.
 */
export async function askAtOnce(
  dataFolder: string,
  request: ControlRequest,
  limitMs: number,
): Promise<Exclude<ControlAnswer, ProgressAnswer>> {
  const signal = AbortSignal.timeout(limitMs);
  try {
    return await askDaemon(dataFolder, request, () => {}, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    const message = `The daemon at ${controlSocketOf(dataFolder)} has not answered within ${limitMs / 1000} s.`;
    const remedy = "Look at its log and at the load of the disks; restart it if it hangs: runners go on.";
    throw new ControlError("daemon-silent", message, remedy, { cause: error });
  }
}

/**
 * All that the daemon of a data folder answers, until the caller has enough, `signal` is aborted or the daemon ends.
 * @throws {ControlError} if no daemon runs there, or if it speaks another language.
 */
export async function* answersOf(
  dataFolder: string,
  request: ControlRequest,
  signal: AbortSignal,
): AsyncGenerator<ControlAnswer> {
  const socket = await reach(dataFolder);
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop, { once: true });
  try {
    // It may have been aborted while the daemon was reached.
    if (signal.aborted) return;
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of linesOf(socket)) yield readAnswer(line);
  } finally {
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

function reach(dataFolder: string): Promise<Socket> {
  const path = controlSocketOf(dataFolder);
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      // Its end is noticed by whoever reads from it.
      socket.on("error", () => {});
      resolve(socket);
    });
    socket.once("error", (error: NodeJS.ErrnoException) => reject(unreachable(path, error)));
  });
}

function unreachable(path: string, error: NodeJS.ErrnoException): ControlError {
  if (error.code === "EACCES" || error.code === "EPERM") {
    const remedy = "Run the command as the daemon's user, in its container for example: docker exec.";
    return new ControlError("no-daemon", `This user may not open ${path}.`, remedy, { cause: error });
  }
  const remedy = "Nothing was changed. Start hookline agent, or name its folder in HOOKLINE_DATA.";
  return new ControlError("no-daemon", `No daemon answers at ${path}.`, remedy, { cause: error });
}

function readAnswer(line: string): ControlAnswer {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch (error) {
    const remedy = "Use the command of the daemon's own version.";
    throw new ControlError("protocol", "The daemon's answer cannot be read.", remedy, { cause: error });
  }
}
