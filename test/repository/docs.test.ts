import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod";

import { runCli } from "../../agent/commands/commands.ts";
import { fakeIo } from "../agent/commands/command-io.ts";
import { commandNames } from "./command-names.ts";
import { codeOn, filesAt, PAGES, read, root, SOURCES } from "./files.ts";

const { scripts } = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read("package.json")));

test("all pages are looked at", () => {
  expect(PAGES).toEqual(expect.arrayContaining(["README.md", "docs/architecture.md", "shared/controller/SPEC.md"]));
  expect(PAGES.length).toBeGreaterThan(13);
  const named = PAGES.flatMap(codeOn).flatMap((code) => /\bhookline ((?:config )?[a-z-]+)/.exec(code)?.[1] ?? []);
  expect(named).toEqual(expect.arrayContaining(["config check", "doctor", "healthcheck"]));
});

test("E-10: pages and messages name one order of upgrade, the edge first", () => {
  const files = [...PAGES, ...SOURCES, ...filesAt("worker/**/*.ts", "wrangler.toml")];
  const named = files.flatMap((file) =>
    [...read(file).matchAll(/\b(edge|worker|agent) (?:first|before the (?:edge|worker|agent))\b/gi)].map(
      ([, first = ""]) => `${file}: ${first.toLowerCase()} first`,
    ),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((text) => text.endsWith("agent first"))).toEqual([]);
  expect(files.filter((file) => /order does not matter/i.test(read(file)))).toEqual([]);
  expect(read("docs/upgrade.md")).toMatch(/^\*\*Deploy the edge first, then the agent\*\*/m);
});

test("every command is on a page", async () => {
  const written = PAGES.flatMap(codeOn);
  // `hookline version` is asked for by the form for bugs, .github/ISSUE_TEMPLATE/bug.yml.
  const names = (await commandNames()).filter((name) => name !== "version");
  const isWritten = (name: string): boolean => written.some((code) => new RegExp(`\\bhookline ${name}\\b`).test(code));
  expect(names.filter((name) => !isWritten(name))).toEqual([]);
});

test("every check of the doctor is on its page", () => {
  const ids = filesAt("agent/doctor/**/*.ts").flatMap((file) =>
    [
      ...read(file).matchAll(
        /["`]((?:edge|webhook|github|docker|config|agent|jobs|slots|probe)-[a-z-]+)(?:["`]|(:\$\{))/g,
      ),
    ].map(([, id = "", about]) => (about === undefined ? id : `${id}:…`)),
  );
  const onPage = codeOn("docs/doctor.md");
  expect(onPage).toEqual(expect.arrayContaining(["edge-reachable", "docker-reach:…", "jobs-waiting"]));
  expect(ids.filter((id) => !onPage.includes(id) && !onPage.includes(`${id}:…`))).toEqual([]);
});

test.each(PAGES.filter((page) => /^docs\/[^/]+$/.test(page)))("%s ends with what to read or do next", (page) => {
  expect(read(page).trimEnd().split("\n\n").at(-1)).toMatch(/^Next: .*\]\(.*\)/s);
});

describe.each(PAGES)("%s", (page) => {
  test("every link leads to a file that is there, and to a heading in it", () => {
    for (const [link, target = "", anchor = ""] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(#[^)]*)?\)/g)) {
      const file = target === "" ? page : join(dirname(page), target);
      expect(existsSync(join(root, file)), `${page}: ${link}`).toBe(true);
      if (anchor !== "") expect(headingsOf(read(file)), `${page}: ${link}`).toContain(anchor);
    }
  });

  test("every file and folder of the repository that it names is there", () => {
    const ofRepository = /^(\.ci|agent|config|docs|shared|test|worker)\/[\w./*-]*$/;
    const named = codeOn(page).filter((code) => ofRepository.test(code) && !MADE_BY_OPERATOR.test(code));
    for (const path of named) {
      const pattern = path.replace(/\/$/, "");
      expect(filesAt(pattern, `${pattern}.*`), `${page} names ${path}`).not.toEqual([]);
    }
  });

  test("every script of pnpm that it names is there", () => {
    const named = codeOn(page).flatMap((code) => [...code.matchAll(/\bpnpm(?:@12)? (?:run )?([a-z][a-z:]*)/g)]);
    for (const [command, script = ""] of named) {
      if (!OF_PNPM.has(script)) expect(scripts, `${page}: ${command}`).toHaveProperty([script]);
    }
  });

  test("every command of hookline that it names is there, with the options that it names", async () => {
    const named = codeOn(page).flatMap((code) => [...code.matchAll(/\bhookline ((?:config )?[a-z][a-z-]*)(.*)/g)]);
    for (const [code, command = "", rest = ""] of named) {
      const help = await helpOf(command);
      for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(help, `${page}: ${code}`).toContain(option);
    }
  });

  test("the variables that it names are those of the schemas", () => {
    const known = ["docs/configuration.md", "config/compose.yaml", "wrangler.toml", ".ci/run"].map(read).join();
    for (const [name] of read(page).matchAll(/\bHOOKLINE_[A-Z_]*[A-Z]\b/g)) {
      const variable = name.replace(/_(FILE|PREVIOUS)$/, "");
      expect(known, `${page} names ${name}`).toContain(variable);
    }
  });
});

/** What a checkout does not hold: `hookline init` or an operator makes it. */
const MADE_BY_OPERATOR = /^config\/(\.env|secrets|pools\.yaml|compose\.override\.yaml)/;
/** Commands of pnpm itself. */
const OF_PNPM = new Set(["install", "exec", "pnpm"]);

/** The anchors of a page's headings, as GitHub makes them. */
function headingsOf(text: string): readonly string[] {
  const headings = text.replaceAll(/```[^]*?```/g, "").matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, heading = ""]) => {
    const words = heading.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "");
    return `#${words.replaceAll(" ", "-")}`;
  });
}

const helps = new Map<string, string>();

async function helpOf(command: string): Promise<string> {
  const known = helps.get(command);
  if (known !== undefined) return known;
  const io = fakeIo();
  const exitCode = await runCli([...command.split(" "), "--help"], io, new AbortController().signal);
  expect(exitCode, `hookline ${command} --help`).toBe(0);
  expect(io.out()).toContain(`hookline ${command}`);
  helps.set(command, io.out());
  return io.out();
}

const OUTSIDE = ["needs an account", "on the host"];
/** Pages whose commands are marked line by line, by a test of their own, or are scripts of pnpm alone. */
const MARKED_ELSEWHERE = ["docs/deploy-cloudflare.md", "README.md", "CONTRIBUTING.md"];

test.each(PAGES.filter((page) => !MARKED_ELSEWHERE.includes(page)))(
  "every command of %s names the tests that run it, or why none can",
  (page) => {
    const blocks = [...read(page).matchAll(/(?:<!-- (.*?) -->\n\n)?```sh\n([\s\S]*?)```/g)];
    for (const [, marker = "", commands = ""] of blocks) {
      if (OUTSIDE.includes(marker)) continue;
      const [, files = ""] = /^tested: (.+)$/.exec(marker) ?? [];
      expect(marker, commands).toMatch(/^tested: /);
      const text = files.split(" ").map(read).join();
      for (const command of commands.trim().split("\n")) expectMentioned(command.replace(/\s+#.*/, ""), text);
    }
  },
);

/** A test mentions a command if it holds it, or the program, its options and the files that it is given. */
function expectMentioned(command: string, text: string): void {
  if (command.startsWith("export ") || text.includes(`"${command}"`)) return;
  const [program = "", ...words] = command
    .replace(/^(?:[A-Z_]+=\S+ )*/, "")
    .replace(/^npx -y pnpm@12 (?:run )?/, "")
    .replace(/^hookline /, "")
    .split(" ");
  expect(text).toContain(`"${program}"`);
  for (const word of words) {
    if (word.endsWith(".yaml")) expect(text).toContain(word.replace("config/", ""));
    if (word.startsWith("--")) expect(text).toContain(`"${word}"`);
  }
}
