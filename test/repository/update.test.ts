import { execFile } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

import { beforeEach, expect, test } from "vitest";

import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { read, root } from "./files.ts";

const run = promisify(execFile);

/** What an operator writes into a checkout, by the pages. */
const MINE = {
  "config/pools.yaml": "version: 2\npools: [{key: mine, organization: acme, labels: [nas]}]\n",
  "config/.env": "HOOKLINE_EDGE_URL=https://hookline.example\n",
  "config/secrets/hookline_token": "a token\n",
  "config/compose.override.yaml": 'services: { agent: { ports: ["8124:8124"] } }\n',
};
/** What an update may bring along of the same folder. */
const THEIRS = [".gitignore", "config/compose.yaml", "config/pools.example.yaml"];

/** The blocks of docs/upgrade.md; test/repository/docs.test.ts holds the page against them. */
const UPDATE = "git pull --ff-only && docker-compose -f config/compose.yaml up -d --build";
const ONCE =
  "cp config/pools.yaml config/pools.mine && git checkout config/pools.yaml && git pull --ff-only && mv config/pools.mine config/pools.yaml";

let folder: string;
let upstream: string;
let home: string;

beforeEach(async () => {
  folder = temporaryFolder();
  upstream = join(folder, "upstream");
  home = join(folder, "home");
  mkdirSync(join(upstream, "config"), { recursive: true });
  for (const file of THEIRS) cpSync(join(root, file), join(upstream, file));
  await git(upstream, "init", "--quiet", "--initial-branch=main");
});

async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const identity = ["-c", "user.name=Hookline", "-c", "user.email=hookline@example.com"];
  return (await run("git", [...identity, ...args], { cwd })).stdout;
}

async function commit(): Promise<void> {
  await git(upstream, "add", "--all");
  await git(upstream, "commit", "--quiet", "--message=next");
}

function write(cwd: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, file)), { recursive: true });
    writeFileSync(join(cwd, file), text);
  }
}

/** Pastes a block into a shell at home, where docker-compose writes down how it was called. */
async function paste(block: string): Promise<{ readonly status: number; readonly composed: string }> {
  const bin = join(folder, "bin");
  const calls = join(folder, "calls");
  write(bin, { "docker-compose": `#!/bin/sh\necho "$@" >> '${calls}'\n` });
  chmodSync(join(bin, "docker-compose"), 0o755);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}` };
  const status = await run("sh", ["-c", block], { cwd: home, env }).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
  return { status, composed: existsSync(calls) ? readFileSync(calls, "utf8") : "" };
}

async function expectMine(): Promise<void> {
  for (const [file, text] of Object.entries(MINE)) expect(readFileSync(join(home, file), "utf8"), file).toBe(text);
  expect(await git(home, "status", "--porcelain")).toBe("");
}

test("an update in one block changes nothing that its user wrote, whatever the new version brings", async () => {
  await commit();
  await git(folder, "clone", "--quiet", upstream, home);
  write(home, MINE);
  for (const file of THEIRS) write(upstream, { [file]: `${read(file)}# newer\n` });
  await commit();

  const { status, composed } = await paste(UPDATE);

  expect({ status, composed }).toEqual({ status: 0, composed: "-f config/compose.yaml up -d --build\n" });
  for (const file of THEIRS) expect(readFileSync(join(home, file), "utf8"), file).toMatch(/# newer\n$/);
  await expectMine();
});

test("an edit of a file that is the project's stops the update before anything has changed", async () => {
  await commit();
  await git(folder, "clone", "--quiet", upstream, home);
  write(home, { "config/compose.yaml": "# mine\n" });
  write(upstream, { "config/compose.yaml": "# newer\n" });
  await commit();

  const { status, composed } = await paste(UPDATE);

  expect({ status, composed }).toEqual({ status: 1, composed: "" });
  expect(readFileSync(join(home, "config/compose.yaml"), "utf8")).toBe("# mine\n");
});

test.each([
  ["edited", MINE["config/pools.yaml"]],
  ["left as it came", "# as in 0.1.0\n"],
])("the pools file of 0.1.0, which was tracked, is the user's own after its one block, %s", async (_name, mine) => {
  write(upstream, { "config/pools.yaml": "# as in 0.1.0\n" });
  await git(upstream, "add", "--force", "config/pools.yaml");
  await commit();
  await git(folder, "clone", "--quiet", upstream, home);
  write(home, { ...MINE, "config/pools.yaml": mine });
  await git(upstream, "rm", "--quiet", "config/pools.yaml");
  write(upstream, { "config/pools.example.yaml": "# as in 0.1.0\n" });
  await commit();

  const { status } = await paste(ONCE);

  expect(status).toBe(0);
  expect(readFileSync(join(home, "config/pools.yaml"), "utf8")).toBe(mine);
  expect(await git(home, "status", "--porcelain")).toBe("");
});

test("the example is tracked and what a user writes is not", async () => {
  const ignored = await git(root, "check-ignore", "--no-index", ...Object.keys(MINE));
  expect(ignored.trim().split("\n")).toEqual(Object.keys(MINE));
  await expect(git(root, "check-ignore", "--no-index", ...THEIRS)).rejects.toMatchObject({ code: 1 });
});
