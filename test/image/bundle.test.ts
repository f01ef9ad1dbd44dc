import { execFile } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { bundleAgent } from "../../config/build/bundle-agent.ts";
import { VERSION } from "../../shared/version.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

test("the agent is one file below 1 MiB that runs where nothing else is, with the licences of what is inside", async () => {
  const folder = temporaryFolder();
  const file = await bundleAgent(join(folder, "hookline.mjs"));
  expect(statSync(file).size).toBeLessThan(2 ** 20);
  const { stdout } = await run(process.execPath, [file, "version"], { cwd: folder, env: {} });
  expect(stdout).toBe(`${VERSION}\n`);
  expect(readFileSync(file, "utf8")).not.toMatch(/from\s*["'](?!node:)[a-z@]/);
});

test("image and compose files carry the version of the code", () => {
  expect(read("Dockerfile")).toContain(`ARG VERSION=${VERSION}\n`);
  for (const name of ["compose.yaml", "compose.socket-proxy.yaml"]) {
    expect(read(`config/${name}`)).toContain(`image: \${HOOKLINE_IMAGE:-hookline:${VERSION}}`);
  }
});
