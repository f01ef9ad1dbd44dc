import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

import { AGENT_CONTAINER, COMPOSE } from "../../agent/cli/agent-container.ts";
import { runCli } from "../../agent/commands/commands.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const sources = globSync(["agent/**/*.ts", "shared/**/*.ts"], { cwd: root }).toSorted();
const textOf = (file: string): string =>
  readFileSync(`${root}${file}`, "utf8")
    .replaceAll(/^\s*(?:\/?\*|\/\/).*$/gm, "")
    .replaceAll("${AGENT_CONTAINER}", AGENT_CONTAINER)
    .replaceAll("${COMPOSE}", COMPOSE);

let help = "";
const printing = { stdout: (text: string) => void (help += text), stderr: () => undefined, env: {}, cwd: root };
await runCli(["--help"], { ...printing, isTerminal: false }, AbortSignal.abort());
const names = help.split("\n").flatMap((line) => /^ {2}([a-z-]+(?: [a-z]+)?)(?: {2}|$)/.exec(line)?.[1] ?? []);

/** Values for the names that a text leaves to its reader. */
const VALUES: Readonly<Record<string, string>> = {
  SEQ: "1",
  SLOT: "hookline-nas-1",
  JOB_ID: "7",
  "OWNER/NAME": "acme/web",
  NAME: "acme",
  "PAYLOAD.json": "payload.json",
};

interface Written {
  readonly file: string;
  readonly words: readonly string[];
}

/** The commands of ours that some text tells to type, with their words as far as they are ones. */
function commandsIn(file: string): readonly Written[] {
  const pattern = new RegExp(
    `\\bhookline (${names.toSorted((a, b) => b.length - a.length).join("|")})((?: (?:--?[a-z][\\w-]*|[A-Z][A-Z_/]*\\b|\\$\\{[^}]+\\}|requeue|prune|test|PAYLOAD\\.json))*)`,
    "g",
  );
  return [...textOf(file).matchAll(pattern)].map(([, name = "", rest = ""]) => ({
    file,
    words: [...name.split(" "), ...rest.split(" ").filter((word) => word !== "")].map(
      (word) => VALUES[word] ?? (word.startsWith("${") ? "nas" : word),
    ),
  }));
}

const all = sources.filter((file) => !file.startsWith("agent/commands/")).flatMap(commandsIn);
const written = [...new Map(all.map((each) => [each.words.join(" "), each])).values()];
/** What goes on until it is stopped, or asks a person. */
const ENDLESS = new Set(["agent", "autoscale-webhook", "init"]);

test("remedies name commands", () => {
  expect(names).toContain("config check");
  expect(written.length).toBeGreaterThanOrEqual(15);
});

describe("every command of ours that a remedy says to type is understood", () => {
  test.each(written.filter(({ words }) => !ENDLESS.has(words[0] ?? "")))("$words ($file)", async ({ words }) => {
    let said = "";
    const folder = temporaryFolder();
    const io = {
      stdout: (text: string) => void (said += text),
      stderr: (text: string) => void (said += text),
      env: { HOOKLINE_DATA: folder, DOCKER_HOST: `unix://${folder}/none.sock`, GITHUB_API_URL: "http://127.0.0.1:1" },
      cwd: folder,
      isTerminal: false,
    };
    await runCli(words, io, AbortSignal.abort());
    expect(said).not.toMatch(/There is no (option|command|group)|Unknown option|did you mean/);
  });
});

test("docker is told of the agent by the one name that its container has, and compose by its file", () => {
  for (const file of sources) {
    for (const [line, name] of textOf(file).matchAll(
      /docker (?:logs(?: --tail \d+)?|restart|stop|start|exec) ([\w${}.-]+)/g,
    )) {
      expect(name, `${file}: ${line}`).toBe(AGENT_CONTAINER);
    }
    for (const [line] of textOf(file).matchAll(/docker[ -]compose (?!-f)[^"`]*/g)) expect.soft(line, file).toBe("");
  }
});

test("wrangler is called as a checkout has it, by the one function that knows how", () => {
  for (const file of sources.filter((each) => each.startsWith("agent/doctor") || each.startsWith("agent/edge"))) {
    if (file.endsWith("wrangler-command.ts")) continue;
    expect(textOf(file).match(/wrangler (?:secret|deploy|tail|login)[^"`]*/g) ?? [], file).toEqual([]);
  }
});

test("what a skip hangs on is found among the answers, and written into no text", () => {
  for (const file of sources.filter((each) => each.startsWith("agent/doctor/") && !each.endsWith("settle.ts"))) {
    expect(textOf(file).match(/Skipped\([^)]*; see /g) ?? [], file).toEqual([]);
  }
});

test("the webhook's secret is sent by no command that would send an empty one", () => {
  for (const file of sources) expect(textOf(file).match(/\$GITHUB_WEBHOOK_SECRET\b/g) ?? [], file).toEqual([]);
});

test("one of a thing is told in the singular: counts are put into words by one function", () => {
  const things =
    "signals|jobs|deliveries|hooks|requests|slots|containers|runners|takeovers|pools|volumes|problems|records|minutes|letters";
  const pattern = new RegExp(`\\$\\{[^}]+\\} (?:${things})\\b`, "g");
  /** Where the number is no count, or cannot be one. */
  const fine = /\$\{version\} jobs|^\$\{hooks\.length === 1 |^\$\{number\(limits\./;
  for (const file of sources.filter((each) => /^agent\/(?:doctor|commands)\//.test(each))) {
    expect(
      (textOf(file).match(pattern) ?? []).filter((text) => !fine.test(text)),
      file,
    ).toEqual([]);
  }
});
