import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

/** A process with all that it starts, so that a test can end them together, by the ids that it got itself. */
export class ChildProcessGroup {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #exited: Promise<number | null>;
  #ended = false;

  /** Runs a script under this Node. */
  static node(script: string, args: readonly string[], env: Readonly<Record<string, string>>): ChildProcessGroup {
    return new ChildProcessGroup(process.execPath, [script, ...args], env);
  }

  private constructor(command: string, args: readonly string[], env: Readonly<Record<string, string>>) {
    this.#child = spawn(command, args, {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.#heard(line));
    }
    this.#exited = new Promise((resolve) => {
      this.#child.once("exit", (code) => {
        this.#ended = true;
        this.#wake();
        resolve(code);
      });
    });
  }

  #heard(line: string): void {
    this.#lines.push(line);
    this.#wake();
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  /** Its process id; null where it could not be started. */
  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  /** Everything that it printed so far, both streams, by line. */
  get output(): readonly string[] {
    return this.#lines;
  }

  /** Resolves with the first line that matches, already printed or to come. */
  waitForLine(pattern: RegExp, timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(check);
      };
      const fail = (why: string): void => {
        finish();
        reject(new Error(`${why} before ${String(pattern)}; it printed:\n${this.#lines.slice(-20).join("\n")}`));
      };
      const check = (): void => {
        const found = this.#lines.find((line) => pattern.test(line));
        if (found !== undefined) {
          finish();
          resolve(found);
        } else if (this.#ended) fail("the process ended");
      };
      const timer = setTimeout(() => fail(`${timeoutMs} ms went by`), timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  /** Resolves with the exit code once the process has ended by itself. */
  exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Signals the whole group and resolves with the exit code once the process is gone. */
  async kill(signal: NodeJS.Signals): Promise<number | null> {
    const { pid } = this.#child;
    if (!this.#ended && pid !== undefined) process.kill(-pid, signal);
    return this.#exited;
  }
}
