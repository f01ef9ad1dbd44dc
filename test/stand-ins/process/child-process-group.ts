import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

import { PrintedLines } from "./printed-lines.ts";
import { secretsIn, secretsOf } from "./secret-forms.ts";

/**
 * A process with all that it starts, so that a test can end them together, by the ids that it got itself. Whatever it
 * prints has to be fit for everybody's eyes: `exited` and `kill` reject where it printed a secret of its environment.
 */
export class ChildProcessGroup {
  readonly #child: ChildProcess;
  readonly #lines = new PrintedLines();
  readonly #exited: Promise<number | null>;
  #ended = false;

  /** Runs a script under this Node, which is given `flags`. */
  static node(
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    flags: readonly string[] = [],
  ): ChildProcessGroup {
    return new ChildProcessGroup(process.execPath, [...flags, script, ...args], env);
  }

  /** Runs any program. */
  static program(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcessGroup {
    return new ChildProcessGroup(command, args, env);
  }

  private constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#lines.add(line));
    }
    const secrets = secretsOf(env);
    this.#exited = new Promise((resolve, reject) => {
      // Not at its exit: what it printed last may still lie in the pipes then.
      this.#child.once("close", (code) => {
        this.#ended = true;
        this.#lines.end();
        const printed = secretsIn(this.output.join("\n"), secrets);
        if (printed.length === 0) resolve(code);
        else reject(new Error(`${args.join(" ")} printed ${printed.join(", ")}`));
      });
    });
    this.#exited.catch(() => {
      // Told by `exited` and `kill`; the process may end before either is called.
    });
  }

  /** Its process id; null where it could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** Everything that it printed so far, both streams, by line. */
  get output(): readonly string[] {
    return this.#lines.all;
  }

  /** Resolves with the first line that matches, already printed or to come. */
  waitForLine(pattern: RegExp): Promise<string> {
    return this.#lines.waitFor(pattern);
  }

  /** Resolves with the exit code once the process has ended by itself. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Signals the whole group and resolves with the exit code once the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const { pid } = this.#child;
    if (!this.#ended && pid !== undefined) killGroup(pid, signal);
    return this.#exited;
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // All of it has ended by itself, and only its pipes are still being read.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
