import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import * as z from "zod";

const record = z.record(z.string(), z.unknown());
const published = z.array(z.object({ name: z.string(), examples: z.array(record) }));

/** A part of a payload, as GitHub publishes it. */
export type Part = z.infer<typeof record>;

const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples");
const all = published.parse(JSON.parse(readFileSync(file, "utf8")));

/** The payloads that GitHub publishes as examples of one event. */
export function examplesOf(event: string): readonly Part[] {
  const found = all.find((each) => each.name === event);
  if (found === undefined) throw new Error(`@octokit/webhooks-examples has no event ${event}`);
  return found.examples;
}

/** One part of the first example that fits. */
export function partOf(examples: readonly Part[], name: string, fits: (example: Part) => boolean = () => true): Part {
  const example = examples.find((each) => name in each && fits(each));
  return record.parse(example?.[name]);
}
