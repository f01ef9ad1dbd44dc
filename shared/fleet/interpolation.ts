import type { ConfigPath } from "./config-path.ts";
import type { FleetFinding } from "./finding.ts";

/** Gives the value of an environment variable, or undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

export interface InterpolationOptions {
  readonly lookup: Lookup;
  /** Variables that hold credentials: no text of the file may take their value. */
  readonly secretNames: ReadonlySet<string>;
  /** Whether `$${NAME}` stands for the text `${NAME}`, and any other `${` is a mistake. Version 1 knows neither. */
  readonly strict: boolean;
}

export interface Interpolated {
  readonly value: unknown;
  /** One for each text that could not be completed; such a text is undefined in `value`. */
  readonly findings: readonly FleetFinding[];
}

const REFERENCE = /(\$?)\$\{(?:([A-Z0-9_]+)(?::-(.*?))?\})?/g;

/**
 * Completes `${NAME}` and `${NAME:-default}` in every text of a parsed file, as github-runner-fleet does: a
 * variable that is set to nothing counts as set, and the default holds only where it is not set at all.
 */
export function interpolate(root: unknown, options: InterpolationOptions): Interpolated {
  const findings: FleetFinding[] = [];
  const walk = (value: unknown, at: ConfigPath): unknown => {
    if (typeof value === "string") return complete(value, at, options, findings);
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...at, index]));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, nested]) => [key, walk(nested, [...at, key])]));
  };
  return { value: walk(root, []), findings };
}

function complete(
  text: string,
  at: ConfigPath,
  options: InterpolationOptions,
  findings: FleetFinding[],
): string | undefined {
  const problems: string[] = [];
  const completed = text.replace(REFERENCE, (match, escape: string, name?: string, fallback?: string) => {
    if (escape !== "" && options.strict) return match.slice(1);
    if (name === undefined) {
      if (options.strict) problems.push(MALFORMED);
      return match;
    }
    if (options.secretNames.has(name)) {
      problems.push(`\${${name}} is a credential of the agent and may not enter this file; remove it`);
      return "";
    }
    const value = options.lookup(name) ?? fallback;
    if (value === undefined) problems.push(missing(name));
    return `${escape}${value ?? ""}`;
  });
  findings.push(...problems.map((message) => ({ at, message })));
  return problems.length === 0 ? completed : undefined;
}

const MALFORMED =
  "`${` begins no variable here; write ${NAME} or ${NAME:-default} with capital letters, digits and _, or $${ for the text itself";

function missing(name: string): string {
  return `the environment variable ${name} is not set; set it, or write \${${name}:-default}`;
}
