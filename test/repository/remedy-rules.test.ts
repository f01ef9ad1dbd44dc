import { describe, expect, test } from "vitest";

import { runCli } from "../../agent/commands/commands.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";
import { commandNames } from "./command-names.ts";
import { SOURCES, spokenBy } from "./files.ts";

const names = await commandNames();

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
  return [...spokenBy(file).matchAll(pattern)].map(([, name = "", rest = ""]) => ({
    file,
    words: [...name.split(" "), ...rest.split(" ").filter((word) => word !== "")].map(
      (word) => VALUES[word] ?? (word.startsWith("${") ? "nas" : word),
    ),
  }));
}

const all = SOURCES.filter((file) => !file.startsWith("agent/commands/")).flatMap(commandsIn);
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

test("a command prints no command of ours as it is not typed where it is read", () => {
  /** Errors and remedies are typed for the place where they are printed. */
  const typed = /remedy|is missing:|typedHere|Error\(|command[:=]|command =|error:|failWith|message|^\s*"/i;
  for (const file of SOURCES.filter((each) => each.startsWith("agent/commands/"))) {
    const spoken = spokenBy(file).replaceAll(/(?:^|\n)const HELP = `[^`]*`;/g, "");
    const lines = spoken.split("\n");
    // What a text is for stands a few lines above it at most.
    const isTyped = (at: number): boolean => lines.slice(Math.max(0, at - 3), at + 1).some((line) => typed.test(line));
    const bare = lines.filter((line, at) => /[`"][^`"]*\bhookline [a-z]+/.test(line) && !isTyped(at));
    expect(bare, file).toEqual([]);
  }
});

test("what a skip hangs on is found among the answers, and written into no text", () => {
  for (const file of SOURCES.filter((each) => each.startsWith("agent/doctor/") && !each.endsWith("settle.ts"))) {
    expect(spokenBy(file).match(/Skipped\([^)]*; see /g) ?? [], file).toEqual([]);
  }
});

test("the webhook's secret is sent by no command that would send an empty one", () => {
  for (const file of SOURCES) expect(spokenBy(file).match(/\$GITHUB_WEBHOOK_SECRET\b/g) ?? [], file).toEqual([]);
});

test("one of a thing is told in the singular: counts are put into words by one function", () => {
  const things =
    "signals|jobs|deliveries|hooks|requests|slots|containers|runners|takeovers|pools|volumes|problems|records|minutes|letters";
  const pattern = new RegExp(`\\$\\{[^}]+\\} (?:${things})\\b`, "g");
  /** Where the number is no count, or cannot be one. */
  const fine = /\$\{version\} jobs|^\$\{hooks\.length === 1 |^\$\{number\(limits\./;
  for (const file of SOURCES.filter((each) => /^agent\/(?:doctor|commands)\//.test(each))) {
    expect(
      (spokenBy(file).match(pattern) ?? []).filter((text) => !fine.test(text)),
      file,
    ).toEqual([]);
  }
});
