import type { Clock, Random } from "../../../shared/clock/clock.ts";
import type { Fetch } from "../../github/http/wire.ts";
import type { Files } from "./files.ts";

/** A program that init starts. */
export interface ChildCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** How a program ended. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks the person at the terminal. */
export interface Ask {
  /** A line of text; what is typed is not shown when `hidden`. */
  text(question: string, options?: { readonly hidden?: boolean }): Promise<string>;
  /** Yes or no; anything but yes is no. */
  confirm(question: string): Promise<boolean>;
}

/**
 * Everything that init does to the world goes through here and nowhere else, so that a test can stop it before and
 * after each effect.
 */
export interface InitWorld {
  readonly clock: Clock;
  readonly random: Random;
  readonly fetch: Fetch;
  readonly files: Files;
  /** Runs a program without a terminal and waits for its end. Rejects when it cannot be started. */
  readonly run: (command: ChildCommand, signal: AbortSignal) => Promise<CommandResult>;
  /** Fills with bytes that nobody can guess. */
  readonly randomBytes: (length: number) => Uint8Array;
  /** Null where nobody is there to answer. */
  readonly ask: Ask | null;
  /** Who runs init, for the container that reads its files; null where the system knows no such ids. */
  readonly user: { readonly uid: number; readonly gid: number } | null;
}
