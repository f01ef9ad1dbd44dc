import { join } from "node:path";

const SOCKET_FILE = "control.sock";

/** What the address of a Unix socket may take on Linux, its end included. https://man7.org/linux/man-pages/man7/unix.7.html */
const MAX_PATH_BYTES = 107;

/** Where the daemon of a data folder listens for commands. */
export function controlSocketOf(dataFolder: string): string {
  return join(dataFolder, SOCKET_FILE);
}

/** Whether the system takes a socket of that path; a longer one is cut short without a word. */
export function fitsSocketAddress(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_PATH_BYTES;
}
