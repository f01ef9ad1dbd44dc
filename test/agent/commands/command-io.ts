import { writeFileSync } from "node:fs";
import { join } from "node:path";

import type { CommandIo } from "../../../agent/cli/io.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

export const POOLS =
  "version: 2\npools:\n  - {key: nas, organization: acme, allowedRepositories: [acme/web], labels: [nas]}\n";

export interface FakeIo extends CommandIo {
  out(): string;
  err(): string;
  /** Standard output as one JSON document. */
  json(): Record<string, unknown>;
}

/** A command's world: an empty folder with a good pools file, and the environment that the test gives. */
export function fakeIo(env: Readonly<Record<string, string>> = {}): FakeIo {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "pools.yaml"), POOLS);
  const printed = { out: "", err: "" };
  return {
    stdout: (text) => void (printed.out += text),
    stderr: (text) => void (printed.err += text),
    env: { HOOKLINE_CONFIG: "pools.yaml", HOOKLINE_DATA: "data", HOOKLINE_INSTANCE: "nas", LOG_LEVEL: "error", ...env },
    cwd,
    isTerminal: false,
    out: () => printed.out,
    err: () => printed.err,
    json: () => JSON.parse(printed.out) as Record<string, unknown>,
  };
}
