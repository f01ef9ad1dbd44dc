import { expect, test } from "vitest";

import { wranglerCommand } from "../../agent/edge/wrangler-command.ts";
import { filesAt, PAGES, read, SOURCES, spokenBy } from "./files.ts";

const FILES = [
  ...PAGES,
  ...filesAt(
    "{agent,shared,worker,config,test/stand-ins}/**/*.{ts,yaml}",
    "{wrangler.toml,package.json,.dev.vars.example,.dev.vars.local.example}",
  ),
];

/** Commands that are about one Worker, in words or as a list of arguments; `login` and `whoami` are about an account. */
const COMMAND =
  /\bwrangler(?: |(?:\.js)?", ?"|, ")(?:deploy|secret (?:put|delete|list|bulk)|tail|rollback|versions|deployments|dev|delete)\b([^`'"\n]*(?:", ?"[^"\n]*)?)/g;

/** How such a command begins where it can be pasted. */
const PASTED = "npx -y pnpm@12 exec wrangler ";

/** The commands that do not say which environment they are about. */
function withoutEnvironment(text: string): readonly string[] {
  return [...text.matchAll(COMMAND)].flatMap(([command, rest = ""]) => (rest.includes("--env=") ? [] : [command]));
}

test("E-11 every wrangler command, on pages and in remedies, names its environment, and writes it as --env=", () => {
  expect(FILES).toEqual(expect.arrayContaining(["README.md", "docs/threat-model.md", "agent/edge/call-edge.ts"]));
  expect(FILES.flatMap((file) => withoutEnvironment(read(file)).map((command) => `${file}: ${command}`))).toEqual([]);
});

test("every wrangler command, on pages and in remedies, can be pasted in a checkout", () => {
  const files = FILES.filter((file) => /\.md$|^agent\//.test(file));
  const bare = files.flatMap((file) =>
    [...read(file).matchAll(/^.*\bwrangler (?:deploy|secret|tail|rollback|dev) .*$/gm)].flatMap(([line]) =>
      line.includes(PASTED) ? [] : [`${file}: ${line}`],
    ),
  );
  expect(bare).toEqual([]);
});

test("remedies of doctor and edge have their wrangler commands from the one function that knows how", () => {
  for (const file of SOURCES.filter((each) => each.startsWith("agent/doctor") || each.startsWith("agent/edge"))) {
    if (file.endsWith("wrangler-command.ts")) continue;
    expect(spokenBy(file).match(/wrangler (?:secret|deploy|tail|login)[^"`]*/g) ?? [], file).toEqual([]);
  }
});

test("a command without its environment is found, and the remedies have theirs", () => {
  const found = withoutEnvironment("run `wrangler deploy`, or wrangler tail\nand wrangler secret put X --env staging");
  expect(found).toHaveLength(3);
  expect(withoutEnvironment(`remedy: ${wranglerCommand("secret put HOOKLINE_TOKEN")}`)).toEqual([]);
  expect(wranglerCommand("tail")).toBe(`${PASTED}tail --env=`);
});
