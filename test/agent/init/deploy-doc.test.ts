import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { parseOptions } from "../../../agent/init/world/options.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

interface DocumentedCommand {
  readonly words: readonly string[];
  readonly mark: string | undefined;
}

/** The commands of the document, each with the mark at its end. */
const commands: readonly DocumentedCommand[] = [
  ...readFileSync(join(root, "docs/deploy-cloudflare.md"), "utf8").matchAll(/```sh\n([^]*?)```/g),
].flatMap(([, block = ""]) =>
  block
    .trim()
    .split("\n")
    .map((line) => {
      const [command = "", mark] = line.split(/\s+# /);
      return { words: command.split(" "), mark };
    }),
);

test("every command says whether it is tested, and where, or needs an account", () => {
  expect(commands.length).toBeGreaterThan(12);
  for (const { words, mark } of commands)
    expect([words, mark]).toEqual([words, expect.stringMatching(/^(tested|home|account)$/)]);
});

test("every hookline init of the document has options that there are", () => {
  const inits = commands.filter(({ words }) => words.includes("init"));
  expect(inits.length).toBeGreaterThan(5);
  for (const { words } of inits) parseOptions(words.slice(words.indexOf("init") + 1));
});

const PNPM = ["npx", "-y", "pnpm@12"];
const tested = commands.filter(({ words, mark }) => mark === "tested" && !words.includes("install"));

test.each(tested.map(({ words }) => words.join(" ")))("%s", async (line) => {
  const words = line.split(" ");
  const [program = "", ...args] = words.slice(0, 3).join(" ") === PNPM.join(" ") ? withoutPnpm(words.slice(3)) : words;
  const env = { PATH: process.env["PATH"], HOME: temporaryFolder(), WRANGLER_SEND_METRICS: "false", CI: "1" };

  const { stdout } = await run(program, args, { cwd: root, env });

  expect(stdout).not.toBe("");
});

/** What pnpm would run; whoever runs this test has installed already, which is the first of the commands. */
function withoutPnpm([first = "", ...rest]: readonly string[]): readonly string[] {
  if (first === "hookline") return [process.execPath, "agent/main.ts", ...rest];
  if (first === "exec") return [join(root, "node_modules/.bin", rest[0] ?? ""), ...rest.slice(1)];
  throw new Error(`how is pnpm ${first} run?`);
}
