import { expect, test } from "vitest";

import { filesAt, read } from "./files.ts";

const SELF = "test/repository/test-rules.test.ts";
const files = filesAt("test/**/{*.test,*-suite}.ts").filter((file) => file !== SELF);

/** The lines of all tests that a pattern matches, by place. */
function placesOf(pattern: RegExp, among = files): readonly string[] {
  return among.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test.each([
  ["a time limit of its own", /\btimeout: \d|^\s*\}, [\d_]+\);$/, "const options = { timeout: 5000 };"],
  [
    "a bound in milliseconds on how long something took",
    /(?:performance|Date)\.now\(\) - \w+\)\.toBeLess|\b(?:took|elapsed)\w*\)\.toBeLess/,
    "expect(performance.now() - startedAtMs).toBeLessThan(5000);",
  ],
  ["time that is waited for", /\bsetTimeout\(\w+, \d|scheduler\.wait\(|\bsleep\(\d/, "await scheduler.wait(50);"],
])("no test has %s: see CONTRIBUTING, Where a test belongs", (_what, pattern, example) => {
  expect(example).toMatch(pattern);
  expect(placesOf(pattern)).toEqual([]);
});

test("what needs a Docker Engine stands in a file that says so", () => {
  const plain = files.filter((file) => !file.endsWith(".engine.test.ts"));
  expect(plain.length).toBeGreaterThan(100);
  expect(placesOf(/from ".*docker\/engine\.ts"|from "\.\/engine\.ts"/, plain)).toEqual([]);
});
