import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { VERSION } from "../../shared/version.ts";
import { agentOfRelease, keptReleases, RELEASES } from "../stand-ins/releases/frozen-release.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { dropOld, freeze } from "./freeze.ts";

const run = promisify(execFile);

test("a release is kept with all that the tests of the next one read, in 450 KiB", async () => {
  const folder = temporaryFolder();
  expect(await freeze(folder, "9.9.9")).toBeLessThanOrEqual(450 * 1024);
  expect(readdirSync(join(folder, "9.9.9"))).toEqual(readdirSync(join(RELEASES, keptReleases()[0] ?? "")));
  const program = agentOfRelease(folder, "9.9.9", folder);
  expect((await run(process.execPath, [program, "version"])).stdout).toBe(`${VERSION}\n`);
  const { mailbox, conversation } = Object.fromEntries(
    ["mailbox", "conversation"].map((name) => [name, readFileSync(join(folder, "9.9.9", `${name}.json`), "utf8")]),
  );
  expect(mailbox).toContain("dead_letters");
  const said = [...(conversation ?? "").matchAll(/"type": "(\w+)"/g)].map(([, type]) => type);
  expect(new Set(said)).toEqual(
    new Set(["hello", "welcome", "batch", "ack", "nack", "nacked", "report", "routes", "probe", "probed"]),
  );
});

test("the two newest releases are kept, by number and not by letter", () => {
  const folder = temporaryFolder();
  for (const version of ["0.9.0", "0.10.0", "0.2.0"]) mkdirSync(join(folder, version));
  expect(dropOld(folder)).toEqual(["0.2.0"]);
  expect(readdirSync(folder).toSorted()).toEqual(["0.10.0", "0.9.0"]);
});
