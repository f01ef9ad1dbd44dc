import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import * as z from "zod";

/**
 * The end of .ci/run: each part with its time, and as the last line the tests as their runner counted them. A part that
 * failed without a failed test, such as the check of types, counts as one failure.
 */
interface Part {
  readonly name: string;
  readonly status: number;
  readonly seconds: number;
  readonly passed: number;
  readonly failed: number;
}

const reportSchema = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

/** A line of the list: name, exit code and seconds, apart by tabs. The part's report lies beside the list. */
function partOf(line: string, folder: string): Part {
  const [name = "", status = "", seconds = ""] = line.split("\t");
  const file = join(folder, `${name}.json`);
  const report = existsSync(file) ? reportSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
  const failed = report?.numFailedTests ?? 0;
  return {
    name,
    status: Number(status),
    seconds: Number(seconds),
    passed: report?.numPassedTests ?? 0,
    failed: status !== "0" && failed === 0 ? 1 : failed,
  };
}

function textOf({ name, status, seconds, passed, failed }: Part): string {
  const tests = passed + failed === 0 ? "" : `   ${passed} passed, ${failed} failed`;
  return `${status === 0 ? "ok  " : "FAIL"} ${name.padEnd(10)} ${String(seconds).padStart(5)} s${tests}`;
}

const [, , list = ""] = process.argv;
const lines = readFileSync(list, "utf8").split("\n").filter(Boolean);
const parts = lines.map((line) => partOf(line, dirname(list)));
const sum = (of: (part: Part) => number): number => parts.reduce((total, part) => total + of(part), 0);

console.log(`\n${parts.map(textOf).join("\n")}`);
console.log(`     in all     ${String(sum(({ seconds }) => seconds)).padStart(5)} s`);
console.log(`${sum(({ passed }) => passed)} passed, ${sum(({ failed }) => failed)} failed`);
if (parts.some(({ status }) => status !== 0)) process.exitCode = 1;
