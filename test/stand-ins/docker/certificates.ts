import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const PAGE = join(import.meta.dirname, "../../../docs/engines.md");
const PROGRAMS = ["openssl", "printf"];

/**
 * An authority, and certificates for an engine at `host` and for the agent, in `folder`: by the very commands of
 * docs/engines.md. @throws {Error} if the page has no such commands.
 */
export function makeCertificates(folder: string, host: string): void {
  const name = /^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`;
  const [, block = ""] = /```sh\nexport NAME=\S+\n([^]*?)```/.exec(readFileSync(PAGE, "utf8")) ?? [];
  const commands = block.trim().split("\n");
  if (!commands.every((command) => PROGRAMS.some((program) => command.startsWith(`${program} `))))
    throw new Error(`no recipe for certificates on ${PAGE}`);
  const env = { ...process.env, NAME: name };
  for (const command of commands) execFileSync("sh", ["-c", command], { cwd: folder, stdio: "pipe", env });
}
