import { appendFileSync, chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import * as z from "zod";

import type { ChildCommand, CommandResult } from "../../../agent/init/world/world.ts";
import type { EdgeSecrets } from "../../agent/init/node-edge.ts";

const callSchema = z.object({
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  secrets: z.object({ text: z.string(), mode: z.number() }).nullable(),
});
const secretsSchema = z.object({ GITHUB_WEBHOOK_SECRET: z.string(), HOOKLINE_TOKEN: z.string() });

type Call = z.infer<typeof callSchema>;

export const ACCOUNT = "0123456789abcdef0123456789abcdef";

interface Reply {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string | null;
}

/** Cloudflare as wrangler shows it: one account and its Workers, with every call that the stand-in wrangler made. */
export class StandInCloudflare {
  readonly calls: Call[] = [];
  readonly workers = new Map<string, EdgeSecrets>();
  accounts: readonly { readonly id: string; readonly name: string }[] = [{ id: ACCOUNT, name: "octo's account" }];
  loggedIn = true;
  /** What a deploy says and does in place of deploying. */
  refusal: string | null = null;
  /** Told of each deploy; gives the address that the Worker is at. */
  onDeploy: (secrets: EdgeSecrets) => Promise<string | null> = () => Promise.resolve(null);
  #server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const call = callSchema.parse(JSON.parse(Buffer.concat(parts).toString("utf8")));
      void this.#answer(call).then((reply) => response.end(JSON.stringify(reply)));
    });
  });

  /** Starts it and writes the program that talks to it into the folder; gives that program's path. */
  async start(folder: string): Promise<string> {
    await new Promise<void>((resolve) => void this.#server.listen(0, "127.0.0.1", resolve));
    const { port } = this.#server.address() as AddressInfo;
    const program = join(folder, "wrangler");
    const script = join(import.meta.dirname, "stand-in-wrangler.ts");
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' 'http://127.0.0.1:${port}/' "$@"\n`);
    chmodSync(program, 0o755);
    return program;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  /** The calls by what they do, as `deploy`. */
  commands(): readonly string[] {
    return this.calls.map(({ args }) => args.filter((word) => !word.startsWith("-"))[0] ?? "");
  }

  /** The stand-in wrangler without a process of its own, for tests that call it hundreds of times. */
  async runHere({ args, env }: ChildCommand): Promise<CommandResult> {
    const secretsFile = args.includes("--secrets-file") ? (args[args.indexOf("--secrets-file") + 1] ?? "") : null;
    const secrets =
      secretsFile === null
        ? null
        : { text: readFileSync(secretsFile, "utf8"), mode: statSync(secretsFile).mode & 0o777 };
    const { output, ...result } = await this.#answer({ args: [...args], env: { ...env }, secrets });
    if (output !== null) appendFileSync(env["WRANGLER_OUTPUT_FILE_PATH"] ?? "", output);
    return result;
  }

  async #answer(call: Call): Promise<Reply> {
    this.calls.push(call);
    const { args, secrets, env } = call;
    const [command] = args;
    if (command === "whoami") return this.#whoami();
    if (!this.accounts.some(({ id }) => id === env["CLOUDFLARE_ACCOUNT_ID"])) return fails("which account?");
    const at = args.indexOf("--name");
    const environment = args.find((word) => word.startsWith("--env="))?.slice("--env=".length) ?? "";
    const name = at >= 0 ? (args[at + 1] ?? "") : environment === "" ? "hookline" : `hookline-${environment}`;
    if (command === "deployments") {
      return this.workers.has(name) ? says("[]") : fails("This Worker does not exist on your account. [code: 10007]");
    }
    if (command === "delete") {
      const which = args[1]?.startsWith("-") === false ? args[1] : name;
      return this.workers.delete(which) ? says(`Successfully deleted ${which}`) : fails("not there [code: 10007]");
    }
    if (command === "deploy") return this.#deploy(name, secrets?.text ?? null);
    return fails(`no such command: ${args.join(" ")}`);
  }

  #whoami(): Reply {
    if (!this.loggedIn) return { ...fails(""), stdout: '{"loggedIn":false}\n' };
    return says(
      JSON.stringify({ loggedIn: true, authType: "OAuth Token", email: "o@example.com", accounts: this.accounts }),
    );
  }

  async #deploy(name: string, secrets: string | null): Promise<Reply> {
    if (this.refusal !== null) return fails(this.refusal);
    if (secrets === null) return fails("The following required secrets have not been set");
    const { GITHUB_WEBHOOK_SECRET, HOOKLINE_TOKEN } = secretsSchema.parse(JSON.parse(secrets));
    const uploaded = { webhookSecret: GITHUB_WEBHOOK_SECRET, token: HOOKLINE_TOKEN };
    this.workers.set(name, uploaded);
    const url = await this.onDeploy(uploaded);
    const entries = [
      { type: "wrangler-session", version: 1, wrangler_version: "4.156.2", command_line_args: ["deploy"] },
      { type: "deploy", version: 1, worker_name: name, version_id: "v", targets: url === null ? [] : [url] },
    ];
    const output = entries.map((entry) => `${JSON.stringify(entry)}\n`).join("");
    return { ...says(`Deployed ${name} triggers`), output };
  }
}

function says(stdout: string): Reply {
  return { exitCode: 0, stdout: `${stdout}\n`, stderr: "", output: null };
}

function fails(stderr: string): Reply {
  return { exitCode: 1, stdout: "", stderr: `\u001B[31m✘ [ERROR]\u001B[0m ${stderr}\n`, output: null };
}
