import * as z from "zod";

import type { Environment } from "../../settings/environment.ts";
import { InitError } from "./init-error.ts";
import { readDeployOutput, type Deployed } from "./wrangler-output.ts";
import type { CommandResult, InitWorld } from "./world.ts";

const accountsSchema = z.object({
  loggedIn: z.boolean(),
  accounts: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
});

export interface Account {
  readonly id: string;
  readonly name: string;
}

export interface WranglerOptions {
  readonly world: Pick<InitWorld, "run" | "files">;
  readonly program: string;
  readonly cwd: string;
  readonly env: Environment;
  /** Named environment of wrangler.toml, or null for its top level. */
  readonly environment: string | null;
  /** Name of the Worker, or null for the one in wrangler.toml. */
  readonly name: string | null;
  readonly signal: AbortSignal;
}

/** What wrangler sees of the environment: nothing that is GitHub's or Hookline's. */
const FOREIGN = /^(?:GITHUB_|HOOKLINE_)/;

/** Cloudflare's own command, which holds the login. No secret is ever one of its arguments. */
export class Wrangler {
  readonly #options: WranglerOptions;

  constructor(options: WranglerOptions) {
    this.#options = options;
  }

  /** The accounts of whoever is logged in. @throws {InitError} when nobody is */
  async accounts(): Promise<readonly Account[]> {
    const { stdout } = await this.#run(["whoami", "--json"], {});
    const parsed = accountsSchema.safeParse(json(stdout));
    if (parsed.success && parsed.data.loggedIn) return parsed.data.accounts;
    throw new InitError(
      "cloudflare-login",
      "wrangler is not logged in to Cloudflare.",
      "Log in with npx -y pnpm@12 exec wrangler login, or set CLOUDFLARE_API_TOKEN to a token that may edit Workers.",
    );
  }

  /** Whether the Worker is deployed already. @throws {InitError} when that cannot be told */
  async exists(account: string): Promise<boolean> {
    const result = await this.#run(["deployments", "list", "--json", ...this.#which()], inAccount(account));
    if (result.exitCode === 0) return true;
    // 10007 is Cloudflare's code for a Worker that is not there.
    if (/\b10007\b|does not exist/i.test(result.stdout + result.stderr)) return false;
    throw failed("wrangler could not tell whether the Worker exists", result);
  }

  /**
   * Deploys code and secrets as one version, so that there is never a Worker without its secrets. wrangler.toml says
   * that they are required, and a Worker that is not there yet cannot be given them in advance.
   *
   * https://developers.cloudflare.com/workers/configuration/secrets/
   * @throws {InitError}
   */
  async deploy(account: string, secretsFile: string, outputFile: string): Promise<Deployed> {
    const { files } = this.#options.world;
    files.remove(outputFile);
    const env = { ...inAccount(account), WRANGLER_OUTPUT_FILE_PATH: outputFile };
    const result = await this.#run(["deploy", "--secrets-file", secretsFile, ...this.#which()], env);
    if (result.exitCode !== 0) throw failed("wrangler could not deploy the Worker", result);
    const deployed = readDeployOutput(files.read(outputFile) ?? "");
    files.remove(outputFile);
    return deployed;
  }

  /**
   * Takes the Worker away with everything in it; one that is gone already is no error. `name` is what the deploy said,
   * null where it was cut off before it could. @throws {InitError}
   */
  async delete(account: string, name: string | null): Promise<void> {
    const which = name === null ? this.#which() : [name, "--env="];
    const result = await this.#run(["delete", ...which], inAccount(account));
    if (result.exitCode === 0 || /\b10007\b|does not exist/i.test(result.stdout + result.stderr)) return;
    throw failed("wrangler could not delete the Worker", result);
  }

  /** Without --env wrangler warns that wrangler.toml has several. */
  #which(): readonly string[] {
    const { name, environment } = this.#options;
    return [...(name === null ? [] : ["--name", name]), `--env=${environment ?? ""}`];
  }

  async #run(args: readonly string[], more: Readonly<Record<string, string>>): Promise<CommandResult> {
    const { world, program, cwd, env, signal } = this.#options;
    const passed = Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !FOREIGN.test(entry[0]),
    );
    const command = {
      program,
      args,
      cwd,
      env: { ...Object.fromEntries(passed), WRANGLER_SEND_METRICS: "false", ...more },
    };
    try {
      return await world.run(command, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error) || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      const remedy = "Install what package.json pins with npx -y pnpm@12 install, or name another with --wrangler.";
      throw new InitError("wrangler-missing", `There is no wrangler at ${program}.`, remedy);
    }
  }
}

function inAccount(id: string): Readonly<Record<string, string>> {
  return { CLOUDFLARE_ACCOUNT_ID: id };
}

/** wrangler's own words, of which the last say most; it does not repeat secrets. */
function failed(what: string, { stdout, stderr, exitCode }: CommandResult): InitError {
  // eslint-disable-next-line no-control-regex
  const plain = (stderr.trim() === "" ? stdout : stderr).replaceAll(/\u001B\[[\d;]*m/g, "").trim();
  const said = plain.split("\n").slice(-8).join("\n");
  const remedy = "See what it says, put it right and run hookline init again: it goes on where it stopped.";
  return new InitError("wrangler-failed", `${what} (exit code ${exitCode ?? "none"}):\n${said}`, remedy);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
