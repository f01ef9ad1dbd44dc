import { messageOf } from "../../shared/errors/message-of.ts";
import { parseArgs } from "node:util";

import { nearest } from "../../shared/fleet/nearest.ts";
import { CHECK_GROUPS, type CheckGroup } from "./check/check.ts";

const OPTIONS = {
  json: { type: "boolean" },
  probe: { type: "boolean" },
  deep: { type: "boolean" },
  strict: { type: "boolean" },
  only: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
} as const;

export interface DoctorArguments {
  readonly json: boolean;
  readonly probe: boolean;
  readonly deep: boolean;
  /** Whether a warning fails the run too. */
  readonly strict: boolean;
  readonly help: boolean;
  /** All groups where none was named. */
  readonly only: ReadonlySet<CheckGroup>;
}

/** Reads the command line. @throws {Error} that says what is wrong, with the nearest word that is right. */
export function readDoctorArguments(args: readonly string[]): DoctorArguments {
  const values = parse(args);
  const only = (values.only ?? []).map(groupOf);
  return {
    json: values.json ?? false,
    probe: values.probe ?? false,
    deep: values.deep ?? false,
    strict: values.strict ?? false,
    help: values.help ?? false,
    only: new Set(only.length === 0 ? CHECK_GROUPS : only),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    const message = messageOf(error);
    const flag = /^Unknown option '--([^']+)'/.exec(message)?.[1];
    if (flag === undefined) throw error;
    const guess = nearest(flag, Object.keys(OPTIONS));
    throw new Error(`There is no option --${flag}${guess === null ? "" : `; did you mean --${guess}?`}`, {
      cause: error,
    });
  }
}

function groupOf(text: string): CheckGroup {
  const group = CHECK_GROUPS.find((each) => each === text);
  if (group !== undefined) return group;
  const guess = nearest(text, CHECK_GROUPS);
  const known = guess === null ? `one of ${CHECK_GROUPS.join(", ")} is meant` : `did you mean ${guess}?`;
  throw new Error(`There is no group ${text} of checks; ${known}`);
}
