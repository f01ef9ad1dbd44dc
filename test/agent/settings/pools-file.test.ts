import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readPoolsFile } from "../../../agent/settings/pools-file.ts";
import { refusalOf } from "../../shared/fleet/load-text.ts";

const folder = mkdtempSync(join(tmpdir(), "hookline-pools-"));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = "version: 2\npools:\n  - key: nas\n    organization: ${ORG}\n    labels: [x]\n";

function readBytes(bytes: string | Uint8Array, env: Record<string, string> = { ORG: "acme" }) {
  writeFileSync(join(folder, "pools.yaml"), bytes);
  return readPoolsFile({ file: "pools.yaml", cwd: folder, env });
}

test("a file is found from the working folder and completed from the environment", () => {
  const { fleet, warnings } = readBytes(GOOD);
  expect(fleet.pools[0]?.scope).toEqual({ kind: "organization", organization: "acme", runnerGroup: "Default" });
  expect(warnings).toEqual([]);
});

test("a byte order mark and Windows line ends do no harm", () => {
  expect(readBytes(`\uFEFF${GOOD.replaceAll("\n", "\r\n")}`).fleet).toEqual(readBytes(GOOD).fleet);
});

test("anchors and aliases spare repetition", () => {
  const text =
    "version: 2\npools:\n  - {key: a, organization: o, labels: &l [x]}\n  - {key: b, organization: p, labels: *l}\n";
  expect(readBytes(text).fleet.pools.map(({ labels }) => labels)).toEqual([["x"], ["x"]]);
});

test.each([
  ["a duplicate key", "version: 2\nversion: 2\npools: []\n", { line: 2, column: 1, message: /twice; remove one/ }],
  [
    "a duplicate key in a pool",
    "version: 2\npools:\n  - key: a\n    key: b\n",
    { line: 4, column: 5, message: /twice/ },
  ],
  ["a tab", "version: 2\npools:\n\t- key: a\n", { line: 3, column: 1, message: /a tab indents/ }],
  ["an open bracket", "version: 2\npools: [\n", { line: 3, column: 1, message: /not YAML/ }],
  ["a second document", "version: 2\n---\nversion: 2\n", { line: 2, column: 1, message: /second document/ }],
  ["an unknown tag", "version: 2\npools: !secret x\n", { line: 2, column: 8, message: /not YAML/ }],
])("%s is refused with line and column", (_name, text, { line, column, message }) => {
  const [first] = refusalOf(() => readBytes(text)).problems;
  expect(first).toEqual({ path: "", line, column, message: expect.stringMatching(message) });
});

/** Words of the parser's own world, which nobody needs to know who writes a pools file. */
const JARGON =
  /\b(?:flow|block|collections?|implicit|compact|mappings?|scalars?|tokens?|nodes?|props?|resolve|document)\b/i;

test.each([
  ["a bracket that is not closed", "pools:\n  - labels: [nas\n    key: a\n", /a \[ or \{ is not closed/],
  ["a brace that is not closed", "scaling: {max: 2\npools: []\n", /a \[ or \{ is not closed/],
  ["a missing comma", "labels: [nas gpu: 1 big]\npools: {a: 1 b: 2}\n", /not YAML/],
  ["lines that do not stand below each other", "pools:\n  - key: a\n   labels: [x]\n", /does not stand below/],
  ["a quotation mark that is not closed", 'pools:\n  - key: "a\n', /quotation mark is not closed/],
  ["a colon in a value", "image: a: b\n", /quotation marks/],
  ["a value that begins with a reserved sign", "image: @x\n", /quotation marks/],
  ["an escape that there is not", 'image: "\\q"\n', /backslash/],
  ["a line without a colon", "version: 2\npools\n", /colon/],
  ["an anchor twice", "a: &x &y 1\n", /not YAML/],
  ["a directive that there is not", "%BOGUS\n---\na: 1\n", /not YAML/],
])("%s is told in plain words", (_name, text, message) => {
  const { problems } = refusalOf(() => readBytes(text));
  expect(problems.map((problem) => problem.message).join()).toMatch(message);
  for (const problem of problems) expect(problem.message).not.toMatch(JARGON);
});

test.each([
  ["leads nowhere", "version: 2\npools: *nobody\n"],
  ["holds itself", "version: 2\npools: &p [*p]\n"],
  [
    "grows without end",
    `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`).join("\n")}\nversion: 2\n`,
  ],
])("an alias that %s is refused at once", (_name, text) => {
  expect(refusalOf(() => readBytes(text)).problems).not.toEqual([]);
});

test("bytes that are not UTF-8 are refused, not replaced", () => {
  const { problems } = refusalOf(() => readBytes(Uint8Array.of(0x76, 0xff, 0xfe)));
  expect(problems).toEqual([{ path: "", message: expect.stringMatching(/not UTF-8/) }]);
});

test("a missing file says where a first one comes from", () => {
  const refusal = refusalOf(() => readPoolsFile({ file: "none.yaml", cwd: folder, env: {} }));
  expect(refusal.message).toMatch(/^none\.yaml: cannot be read: there is no such file; .*HOOKLINE_CONFIG/);
});

test("a folder in place of the file is named as one", () => {
  mkdirSync(join(folder, "sub"));
  expect(refusalOf(() => readPoolsFile({ file: "sub", cwd: folder, env: {} })).message).toMatch(/it is a folder/);
});

test.each(["GITHUB_TOKEN", "HOOKLINE_TOKEN", "GITHUB_APP_PRIVATE_KEY", "GITHUB_WEBHOOK_SECRET"])(
  "%s can never enter a runner through the pools file",
  (name) => {
    const text = GOOD.replace("labels: [x]", `command: [echo, "\${${name}}"]`);
    const refusal = refusalOf(() => readBytes(text, { ORG: "acme", [name]: "s3cr3t" }));
    expect(refusal.message).toMatch(/pools\.yaml:5 pools\[0\]\.command\[1\]: .*credential/);
    expect(refusal.message).not.toContain("s3cr3t");
  },
);
