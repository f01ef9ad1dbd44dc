import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { freePort } from "../process/free-port.ts";
import { makeCertificates } from "./certificates.ts";

const run = promisify(execFile);
const READY_MS = 60_000;

/** Why no engine can be had here besides the one that is there; null if one can. */
export async function missingForOwnEngine(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "an engine of the test's own needs root";
  const found = await run("dockerd", ["--version"]).then(
    () => true,
    () => false,
  );
  return found ? null : "dockerd is not installed";
}

/** Whom root in containers is outside: nobody's numbers, known in the engine's own view of /etc alone. */
const SUBORDINATE = "daemon:200000:65536\n";
const REMAPPED = `mount --bind "$1/subid" /etc/subuid && mount --bind "$1/subid" /etc/subgid && shift && exec dockerd "$@"`;

export interface OwnEngineOptions {
  /** Whether root in its containers is another user outside. https://docs.docker.com/engine/security/userns-remap/ */
  readonly usernsRemap?: boolean;
  /** Whether it listens on TCP with TLS as well, as another machine's engine does. */
  readonly tls?: boolean;
}

/** A dockerd with folders of its own, which a test may stop, freeze and kill: nobody else's containers are on it. */
export class OwnEngine {
  readonly folder = mkdtempSync(join(tmpdir(), "hookline-engine-"));
  readonly socketPath = join(this.folder, "docker.sock");
  #process: ChildProcess | null = null;
  #containerd: ChildProcess | null = null;
  readonly #bridge = `hlb${process.pid}`;
  #hasBridge = false;
  readonly #isRemapped: boolean;

  readonly #hasTls: boolean;
  #port: number | null = null;

  constructor({ usernsRemap = false, tls = false }: OwnEngineOptions = {}) {
    this.#isRemapped = usernsRemap;
    this.#hasTls = tls;
    if (tls) makeCertificates(this.folder, "127.0.0.1");
  }

  /** As `engines` of a pools file takes it, once it has started with TLS. */
  get setting(): { readonly host: string; readonly ca: string; readonly cert: string; readonly key: string } {
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => join(this.folder, name));
    return { host: `tcp://127.0.0.1:${this.#port}`, ca: ca ?? "", cert: cert ?? "", key: key ?? "" };
  }

  /** As `DOCKER_HOST` takes it. */
  get address(): string {
    return `unix://${this.socketPath}`;
  }

  /**
   * Starts dockerd, unless it runs, and waits until it answers. It leaves containers running when it ends: live-restore.
   * Its containerd is a service of its own, as on every machine, and outlives it.
   */
  async start(): Promise<void> {
    if (this.#process !== null) return;
    const log = openSync(join(this.folder, "log"), "a");
    const { folder } = this;
    const containerd = [
      `--root=${folder}/containerd`,
      `--state=${folder}/state`,
      `--address=${folder}/containerd.sock`,
    ];
    if (!this.#isRemapped) {
      this.#containerd ??= spawn("containerd", containerd, { stdio: ["ignore", log, log] });
      await this.#until(async () => existsSync(`${folder}/containerd.sock`));
    }
    const args = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`];
    await this.#makeBridge();
    // A bridge of its own: with `--bridge=none` dockerd takes away the docker0 of whoever else runs one here.
    args.push(
      `--host=${this.address}`,
      `--bridge=${this.#bridge}`,
      "--ip-forward=false",
      "--iptables=false",
      "--ip6tables=false",
      "--live-restore",
    );
    if (this.#hasTls) args.push(...(await this.#tlsArguments()));
    this.#process = this.#isRemapped ? this.#spawnRemapped(args, log) : this.#spawn(args, log);
    await this.#until(() => this.#answers());
  }

  async #tlsArguments(): Promise<readonly string[]> {
    this.#port ??= await freePort();
    const files = [`--tlscacert=${this.folder}/ca.pem`, `--tlscert=${this.folder}/server-cert.pem`];
    return [`--host=tcp://127.0.0.1:${this.#port}`, "--tlsverify", ...files, `--tlskey=${this.folder}/server-key.pem`];
  }

  #spawn(args: readonly string[], log: number): ChildProcess {
    const all = [...args, `--containerd=${this.folder}/containerd.sock`];
    return spawn("dockerd", all, { stdio: ["ignore", log, log] });
  }

  /** In a mount namespace of its own, so that this machine's /etc stays as it is; with a containerd of its own in there. */
  #spawnRemapped(args: readonly string[], log: number): ChildProcess {
    writeFileSync(`${this.folder}/subid`, SUBORDINATE);
    const all = [...args.filter((arg) => arg !== "--live-restore"), "--userns-remap=daemon"];
    const words = ["--mount", "sh", "-c", REMAPPED, "sh", this.folder, ...all];
    return spawn("unshare", words, { stdio: ["ignore", log, log] });
  }

  async #makeBridge(): Promise<void> {
    if (this.#hasBridge) return;
    this.#hasBridge = true;
    await run("ip", ["link", "add", this.#bridge, "type", "bridge"]);
    await run("ip", ["address", "add", "10.213.78.1/24", "dev", this.#bridge]);
    await run("ip", ["link", "set", this.#bridge, "up"]);
  }

  /** Neither tells anybody when it is ready: it has to be asked. */
  async #until(isReady: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await isReady())) {
      if (Date.now() > deadline)
        throw new Error(`the engine does not answer: ${readFileSync(join(this.folder, "log"), "utf8")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends dockerd, and nothing that it started; resolves once it is gone. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const process = this.#process;
    if (process === null) return;
    this.#process = null;
    const gone = new Promise((resolve) => process.once("exit", resolve));
    process.kill(signal);
    await gone;
  }

  /** Stops dockerd in its tracks: it takes connections and answers nothing. */
  freeze(): void {
    this.#process?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process?.kill("SIGCONT");
  }

  /** The process that stands between the engine and a container: its shim. */
  async shimOf(containerId: string): Promise<number> {
    const { stdout } = await run("ps", ["-eo", "pid,args"]);
    const line = stdout.split("\n").find((each) => each.includes("containerd-shim") && each.includes(containerId));
    if (line === undefined) throw new Error(`no shim of ${containerId} runs`);
    return Number(line.trim().split(/\s+/)[0]);
  }

  /** Ends everything that was begun here, by its id, and takes the folders away. */
  async close(): Promise<void> {
    this.thaw();
    await this.end("SIGTERM");
    this.#containerd?.kill("SIGKILL");
    const { stdout } = await run("ps", ["-eo", "pid,args"]);
    for (const line of stdout.split("\n")) {
      if (line.includes(this.folder) && line.includes("containerd")) end(Number(line.trim().split(/\s+/)[0]));
    }
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    const inside = mounts.flatMap((line) => line.split(" ")[1] ?? []).filter((path) => path.startsWith(this.folder));
    for (const path of inside.toReversed()) await run("umount", ["-l", path]);
    if (this.#hasBridge) await run("ip", ["link", "delete", this.#bridge]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const asked = request({ socketPath: this.socketPath, path: "/_ping" }, (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      });
      asked.on("error", () => resolve(false));
      asked.end();
    });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
