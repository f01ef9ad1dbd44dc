import type { Failure } from "../../shared/errors/message-of.ts";
import { PLAIN_CALL, remediesTypedHere, typedHere } from "../../shared/text/typed-here.ts";
import type { Environment } from "../settings/environment.ts";

/** Exit codes of every command: fine, a check or the work failed, wrong usage or configuration. */
export const EXIT = { fine: 0, failed: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The world as a command sees it, so that it runs in a test as it does in a shell. */
export interface CommandIo {
  /** Writes text as it is; lines bring their own line break. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly env: Environment;
  readonly cwd: string;
  /** Whether a person watches standard output; colours and live lines are for them. */
  readonly isTerminal: boolean;
  /** How a person calls Hookline here, for remedies; `hookline` where it is left out. */
  readonly call?: string;
}

/** The human text to standard error and, under `--json`, the object that scripts read to standard output. */
export function printFailure(io: CommandIo, json: boolean, failure: Failure, more: object = {}): void {
  if (json) printJson(io, { ok: false, ...more, error: failure });
  const { message, remedy } = failure;
  io.stderr(`${message}\n${remedy === undefined ? "" : `${remedyHere(remedy, io)}\n`}`);
}

/** A remedy as it is typed where this command runs. */
export function remedyHere(remedy: string, { call = PLAIN_CALL }: CommandIo): string {
  return typedHere(remedy, call);
}

/** One JSON document, and nothing else, on standard output; its remedies are those of the place. */
export function printJson(io: CommandIo, value: object): void {
  io.stdout(`${JSON.stringify(value, remediesTypedHere(io.call ?? PLAIN_CALL), 2)}\n`);
}
