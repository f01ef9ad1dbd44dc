import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";

import type { Files } from "./files.ts";

/** The machine's file system. */
export const diskFiles: Files = {
  read: (path) => (existsSync(path) ? readFileSync(path, "utf8") : null),
  exists: existsSync,
  isEmptyFolder: (path) => existsSync(path) && readdirSync(path).length === 0,
  write(path, text, mode) {
    // A file that is there keeps its mode when it is opened, and a link would lead elsewhere.
    rmSync(path, { force: true });
    const file = openSync(path, "wx", mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  },
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  makeFolder: (path, mode) => void mkdirSync(path, { recursive: true, mode }),
  removeFolder: rmdirSync,
};
