import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const READY_MS = 30_000;

/** Podman asks for more open files than a container in a container may have. https://github.com/containers/common/blob/main/docs/containers.conf.5.md */
const CONTAINERS_CONF = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]\n';

/** Why no Podman can be had here; null if one can. */
export async function missingForPodman(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "a Podman of the test's own needs root";
  const found = await run("podman", ["--version"]).then(
    () => true,
    () => false,
  );
  return found ? null : "podman is not installed";
}

/** The Docker API of a Podman with folders of its own, as root. It knows no containers but the test's. */
export class OwnPodman {
  readonly folder = mkdtempSync(join(tmpdir(), "hookline-podman-"));
  readonly #socketPath = join(this.folder, "podman.sock");
  #process: ChildProcess | null = null;

  /** As `DOCKER_HOST` takes it. */
  get address(): string {
    return `unix://${this.#socketPath}`;
  }

  /** Resolves once its socket takes connections. */
  async start(): Promise<void> {
    writeFileSync(join(this.folder, "containers.conf"), CONTAINERS_CONF);
    const log = openSync(join(this.folder, "log"), "a");
    this.#process = spawn("podman", [...this.#options(), "system", "service", "--time=0", this.address], {
      stdio: ["ignore", log, log],
      env: this.#env(),
    });
    const deadline = Date.now() + READY_MS;
    while (!(await this.#answers())) {
      if (Date.now() > deadline) throw new Error(`podman: ${readFileSync(join(this.folder, "log"), "utf8")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Ends the service and everything that it started, and takes the folders away. */
  async close(): Promise<void> {
    const options = { env: this.#env() };
    await run("podman", [...this.#options(), "rm", "--all", "--force", "--time=0"], options).catch(() => undefined);
    const service = this.#process;
    if (service !== null && service.exitCode === null) {
      const gone = new Promise((resolve) => service.once("exit", resolve));
      service.kill("SIGKILL");
      await gone;
    }
    const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
    const inside = mounts.flatMap((line) => line.split(" ")[1] ?? []).filter((path) => path.startsWith(this.folder));
    for (const path of inside.toReversed()) await run("umount", ["-l", path]);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  #options(): readonly string[] {
    const { folder } = this;
    const places = [`--root=${folder}/root`, `--runroot=${folder}/run`, `--tmpdir=${folder}/tmp`];
    return [...places, "--storage-driver=vfs", "--cgroup-manager=cgroupfs", "--events-backend=file"];
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, CONTAINERS_CONF: join(this.folder, "containers.conf") };
  }

  #answers(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.#socketPath);
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
  }
}
