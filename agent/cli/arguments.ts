import { messageOf } from "../../shared/errors/message-of.ts";
import { parseArgs, type ParseArgsConfig } from "node:util";

import * as z from "zod";

import { nearest } from "../../shared/fleet/nearest.ts";
import { UsageError } from "./failure.ts";

type Options = NonNullable<ParseArgsConfig["options"]>;

const COMMON = { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } as const satisfies Options;

export interface ArgumentRules<Schema extends z.ZodType> {
  /** The command's words, for what it says of itself: `hookline drain`. */
  readonly command: string;
  /** Its own options beside `--json` and `--help`. */
  readonly options: Options;
  /** Names of the words that may follow, in their order. */
  readonly words: readonly string[];
  /** Under which name all further words go; none may follow where it is left out. */
  readonly rest?: string;
  /** What options and words together must be; each word stands under its name. */
  readonly schema: Schema;
}

/** Whether the command line asks for help: then nothing else of it counts. */
export function asksForHelp(args: readonly string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}

/** Reads a command's line. @throws {UsageError} naming what is wrong, the nearest known option, and where help is. */
export function readArguments<Schema extends z.ZodType>(
  args: readonly string[],
  rules: ArgumentRules<Schema>,
): z.output<Schema> {
  const options = { ...COMMON, ...rules.options };
  const { values, positionals } = parse(args, options, rules);
  const [extra, ...others] = positionals.slice(rules.words.length);
  if (extra !== undefined && rules.rest === undefined) throw wrong(rules, `Unexpected argument: ${extra}.`);
  const named = rules.words.flatMap((word, index) => {
    const given = positionals[index];
    return given === undefined ? [] : [[word, given] as const];
  });
  const rest = rules.rest === undefined ? {} : { [rules.rest]: extra === undefined ? [] : [extra, ...others] };
  const parsed = rules.schema.safeParse({ ...values, ...Object.fromEntries(named), ...rest });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = String(issue?.path[0] ?? "");
  const name = place in options ? `--${place}` : place;
  throw wrong(rules, `${name} ${issue?.message ?? "cannot be used"}.`.trim());
}

function parse<Schema extends z.ZodType>(args: readonly string[], options: Options, rules: ArgumentRules<Schema>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const unknown = args.find((word) => isUnknown(word, options));
    const [first = "wrong options"] = messageOf(error).split(". ");
    if (unknown === undefined) throw wrong(rules, `${first.replace(/\.$/, "")}.`);
    const meant = nearest(nameOf(unknown), Object.keys(options));
    throw wrong(rules, `There is no option ${unknown}.${meant === null ? "" : ` Did you mean --${meant}?`}`);
  }
}

function isUnknown(word: string, options: Options): boolean {
  return /^--./.test(word) && !(nameOf(word) in options);
}

function nameOf(word: string): string {
  return word.slice(2).split("=")[0] ?? "";
}

function wrong<Schema extends z.ZodType>({ command }: ArgumentRules<Schema>, message: string): UsageError {
  return new UsageError(message, `See ${command} --help`);
}

/** A word that has to be there. */
export function needed(missing: string) {
  return z.string({ error: missing }).min(1, { error: missing });
}

/** A switch that is off where it is left out. */
export const flag = z.boolean().default(false);
