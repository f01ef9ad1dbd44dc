import { systemClock } from "../../clock/system-clock.ts";
import { diskFiles } from "./disk-files.ts";
import { runProgram } from "./run-program.ts";
import { terminalAsk } from "./terminal-ask.ts";
import type { InitWorld } from "./world.ts";

/** The machine that init runs on. */
export function realWorld(isTerminal: boolean): InitWorld {
  const { getuid, getgid } = process;
  return {
    clock: systemClock,
    random: Math.random,
    fetch: globalThis.fetch,
    files: diskFiles,
    run: runProgram,
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    ask: isTerminal && process.stdin.isTTY ? terminalAsk : null,
    user: getuid === undefined || getgid === undefined ? null : { uid: getuid(), gid: getgid() },
  };
}
