import { createHash, randomInt } from "node:crypto";

/**
 * Whatever the tests make on an engine has a mark in its name or in a label: `ht`, four characters of the run, three of
 * the test file, and four of its own, `htk3f9a7q-x20c`. By the mark what one file left is told from what other files, other
 * runs and other users of the engine make at the same time. The engine hands labels of an image on to its containers.
 */
const ENVIRONMENT = "ENGINE_TEST_MARK";
const MARK = /(?<![a-z0-9])ht([0-9a-z]{4})([0-9a-z]{3})-[0-9a-z]{4}(?![a-z0-9])/g;

/** A run and a file in it; a program that no test started has a run of its own. */
export interface Mark {
  readonly run: string;
  readonly file: string;
}

/** A name that nothing else has; at most 16 characters, so that it can be an agent's instance. */
export function suiteName(): string {
  const mark = (process.env[ENVIRONMENT] ??= `${newRun()}000`);
  return `ht${mark}-${randomCharacters(4)}`;
}

export function newRun(): string {
  return randomCharacters(4);
}

/** The same for the same path, in every run. */
export function markOfFile(path: string): string {
  const number = createHash("sha256").update(path).digest().readUInt32BE(0);
  return (number % 36 ** 3).toString(36).padStart(3, "0");
}

/** From now on the names of this process, and of those that it starts, carry this mark. */
export function nameAfter({ run, file }: Mark): void {
  process.env[ENVIRONMENT] = `${run}${file}`;
}

/** All marks in a text. */
export function marksIn(text: string): readonly Mark[] {
  return [...text.matchAll(MARK)].map(([, run = "", file = ""]) => ({ run, file }));
}

function randomCharacters(count: number): string {
  return Array.from({ length: count }, () => randomInt(36).toString(36)).join("");
}
