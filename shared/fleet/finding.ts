import type { ConfigPath } from "./config-path.ts";

/** A problem or warning before it is given its line and its written path. */
export interface FleetFinding {
  readonly at: ConfigPath;
  readonly message: string;
}

const LONGEST_QUOTE = 60;

/** A value as the file has it, short enough for one line of an error. */
export function quote(written: unknown): string {
  if (Array.isArray(written)) return "a list";
  if (typeof written === "object" && written !== null) return "a mapping";
  const text = JSON.stringify(written) ?? "nothing";
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
}
