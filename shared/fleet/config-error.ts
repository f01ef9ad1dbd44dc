import { OperatorError } from "../errors/operator-error.ts";

/** One thing to change, or to know, about the configuration. */
export interface ConfigProblem {
  /** Where: `pools[1].scaling.min` in a file, the name of a variable in the environment, empty for the whole. */
  readonly path: string;
  /** What is wrong and what to do about it. Quotes what the file says, never what a variable holds. */
  readonly message: string;
  /** Line in the file, from 1, where it is known. */
  readonly line?: number;
  /** Column in the line, from 1, where it is known. */
  readonly column?: number;
}

/** The configuration cannot be used; `problems` holds every reason that was found, not only the first. */
export class ConfigError extends OperatorError<"config-invalid"> {
  /** The file or place that was read, as the operator named it. */
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor(source: string, problems: readonly ConfigProblem[]) {
    super("config-invalid", problems.map((problem) => describeProblem(source, problem)).join("\n"), "");
    this.source = source;
    this.problems = problems;
  }
}

/** One line for people: `config/pools.yaml:12 pools[1].scaling.min: …`. */
export function describeProblem(source: string, problem: ConfigProblem): string {
  const position = [source, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  return `${problem.path === "" ? position : `${position} ${problem.path}`}: ${problem.message}`;
}
