import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { expect, test } from "vitest";

import { runCli } from "../../agent/commands/commands.ts";
import { fakeIo } from "../agent/commands/command-io.ts";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const PAGES = ["synology", "upgrade", "troubleshooting", "compared", "configuration"].map((name) => `docs/${name}.md`);
const OUTSIDE = ["needs an account", "on the host"];

test.each(PAGES)("every command of %s names the test that runs it, or why none can", (page) => {
  const blocks = [...read(page).matchAll(/(?:<!-- (.*?) -->\n\n)?```sh\n([\s\S]*?)```/g)];
  for (const [, marker = "", commands = ""] of blocks) {
    if (OUTSIDE.includes(marker)) continue;
    const [, file = ""] = /^tested: (\S+)$/.exec(marker) ?? [];
    expect(marker, commands).toMatch(/^tested: /);
    const text = read(file);
    for (const command of commands.trim().split("\n")) {
      const [program = "", ...words] = command.split(" ");
      expect(text).toContain(`"${program}"`);
      for (const word of words.filter((part) => part.endsWith(".yaml")))
        expect(text).toContain(word.replace("config/", ""));
    }
  }
});

test("every command of hookline that a page names exists", async () => {
  const named = PAGES.flatMap((page) => [...read(page).matchAll(/\bhookline ([a-z]+(?: check)?)\b(?=[`\n ])/g)]);
  const commands = new Set(
    named
      .map(([, command = ""]) => command)
      .filter((command) => read("agent/commands/commands.ts").includes(`"${command.split(" ")[0]}"`)),
  );
  expect([...commands].toSorted()).toEqual(expect.arrayContaining(["config check", "doctor", "healthcheck"]));
  for (const command of commands) {
    const io = fakeIo();
    expect(await runCli([...command.split(" "), "--help"], io, new AbortController().signal), command).toBe(0);
    expect(io.out()).toContain(`hookline ${command}`);
  }
});

test("every link between the pages leads to a file that is there", () => {
  for (const page of globSync(["docs/*.md", "*.md"], { cwd: root })) {
    for (const [, target = ""] of read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      expect(existsSync(join(root, dirname(page), target)), `${page} links to ${target}`).toBe(true);
    }
  }
});

test("the variables and keys that the pages name are those of the schemas", () => {
  const configuration = read("docs/configuration.md");
  const compose = ["HOOKLINE_UID", "HOOKLINE_GID", "HOOKLINE_DOCKER_GID", "HOOKLINE_IMAGE"];
  for (const page of PAGES) {
    for (const [name] of read(page).matchAll(/\bHOOKLINE_[A-Z_]+\b/g)) {
      const known = compose.includes(name) ? read("config/compose.yaml") : configuration;
      expect(known, `${page} names ${name}`).toContain(name);
    }
  }
});
