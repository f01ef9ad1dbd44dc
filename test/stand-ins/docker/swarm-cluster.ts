import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { patience } from "../process/patience.ts";

const run = promisify(execFile);

interface Node {
  readonly name: string;
  readonly address: string;
  readonly folder: string;
  process: ChildProcess | null;
}

export interface SwarmClusterOptions {
  /** How many engines, three unless said otherwise. */
  readonly nodes?: 1 | 2 | 3;
  /** Whether they are in one swarm, the first its manager; so unless said otherwise. */
  readonly joined?: boolean;
}

/**
 * Dockerds in network namespaces of their own, on one bridge and in one swarm: machines as far as Docker can tell. Needs
 * root, `ip` and `nsenter`.
 */
export class SwarmCluster {
  readonly folder = mkdtempSync(join(tmpdir(), "hookline-swarm-"));
  readonly #tag = `hs${process.pid}`;
  /** By process, so that two test files may have theirs at the same time. */
  readonly #network = `10.213.${100 + (process.pid % 150)}`;
  readonly #nodes: readonly Node[];
  readonly #isJoined: boolean;
  #hasRule = false;

  constructor({ nodes = 3, joined = true }: SwarmClusterOptions = {}) {
    this.#isJoined = joined;
    this.#nodes = [1, 2, 3].slice(0, nodes).map((n) => {
      const folder = join(this.folder, `n${n}`);
      mkdirSync(folder);
      return { name: `${this.#tag}n${n}`, address: `${this.#network}.1${n}`, folder, process: null };
    });
  }

  /** Where containers of all nodes reach this machine. */
  get hostAddress(): string {
    return `${this.#network}.1`;
  }

  get #bridge(): string {
    return `${this.#tag}b`;
  }

  #node(n: number): Node {
    const node = this.#nodes[n];
    if (node === undefined) throw new Error(`there is no node ${n}`);
    return node;
  }

  /** As `DOCKER_HOST` takes it. */
  address(n: number): string {
    return `unix://${this.#node(n).folder}/docker.sock`;
  }

  /** What runs a program with the network of a node, to be put before it and its words. */
  within(n: number): readonly [program: string, ...words: string[]] {
    return ["nsenter", `--net=/var/run/netns/${this.#node(n).name}`];
  }

  async docker(n: number, ...args: readonly string[]): Promise<string> {
    return (await run("docker", ["-H", this.address(n), ...args])).stdout.trim();
  }

  /** Makes bridge, namespaces, engines and the swarm. */
  async start(): Promise<void> {
    await run("ip", ["link", "add", this.#bridge, "type", "bridge"]);
    await run("ip", ["address", "add", `${this.hostAddress}/24`, "dev", this.#bridge]);
    await run("ip", ["link", "set", this.#bridge, "up"]);
    for (const [n, { name, address }] of this.#nodes.entries()) {
      const [outside, inside] = [`${this.#tag}o${n}`, `${this.#tag}i${n}`];
      await run("ip", ["netns", "add", name]);
      await run("ip", ["link", "add", outside, "type", "veth", "peer", "name", inside]);
      await run("ip", ["link", "set", outside, "master", this.#bridge, "up"]);
      await run("ip", ["link", "set", inside, "netns", name]);
      const within = (...args: readonly string[]) => run("ip", ["-n", name, ...args]);
      await within("address", "add", `${address}/24`, "dev", inside);
      await within("link", "set", inside, "up");
      await within("link", "set", "lo", "up");
    }
    // Where another dockerd has set up its firewall, bridged packets are dropped otherwise.
    await run("iptables", ["-I", "FORWARD", ...this.#rule]);
    this.#hasRule = true;
    await Promise.all(this.#nodes.map((_node, n) => this.startEngine(n)));
    if (this.#isJoined) await this.#join();
  }

  async #join(): Promise<void> {
    await this.docker(0, "swarm", "init", "--advertise-addr", this.#node(0).address);
    const token = await this.docker(0, "swarm", "join-token", "-q", "worker");
    for (const n of [...this.#nodes.keys()].slice(1))
      await this.docker(n, "swarm", "join", "--token", token, `${this.#node(0).address}:2377`);
  }

  get #rule(): readonly string[] {
    return ["-i", this.#bridge, "-o", this.#bridge, "-j", "ACCEPT"];
  }

  /** Starts the dockerd of a node, unless it runs, and waits until it answers. */
  async startEngine(n: number): Promise<void> {
    const node = this.#node(n);
    if (node.process !== null) return;
    const { folder } = node;
    const log = openSync(join(folder, "log"), "a");
    const args = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`];
    args.push(`--host=${this.address(n)}`, "--iptables=false", "--ip-masq=false");
    const [program, ...words] = this.within(n);
    node.process = spawn(program, [...words, "dockerd", ...args], {
      stdio: ["ignore", log, log],
      env: { ...process.env, DOCKER_TMPDIR: folder },
    });
    const answers = (): Promise<boolean> =>
      this.docker(n, "version").then(
        () => true,
        () => false,
      );
    const late = new Error(`dockerd of node ${n} does not answer: ${folder}/log`);
    const until = patience();
    while (!(await answers())) {
      if (until.aborted) throw new Error(readFileSync(join(folder, "log"), "utf8").slice(-2000), { cause: late });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Ends the dockerd of a node as asked; its containers end with it. */
  async endEngine(n: number): Promise<void> {
    const node = this.#node(n);
    const ended = node.process;
    if (ended === null) return;
    node.process = null;
    const gone = new Promise((resolve) => ended.once("exit", resolve));
    ended.kill("SIGTERM");
    await gone;
  }

  /** The machine of a node loses its power: all that runs of it, its containers included. */
  async killNode(n: number): Promise<void> {
    const node = this.#node(n);
    const gone = new Promise((resolve) => (node.process === null ? resolve(null) : node.process.once("exit", resolve)));
    node.process?.kill("SIGKILL");
    node.process = null;
    for (const pid of await this.#pidsOf(node)) end(pid);
    await gone;
  }

  /** What runs in a node's namespace: its engine, shims and containers that share its network. */
  async #pidsOf({ name, folder }: Node): Promise<readonly number[]> {
    const inside = (await run("ip", ["netns", "pids", name])).stdout.split("\n");
    const { stdout } = await run("ps", ["-eo", "pid,args"]);
    const named = stdout
      .split("\n")
      .flatMap((line) => (line.includes(folder) ? [line.trim().split(/\s+/)[0] ?? ""] : []));
    return [...new Set([...inside, ...named])].map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  }

  /** Takes everything away again. */
  async close(): Promise<void> {
    for (const [n, node] of this.#nodes.entries()) {
      if (node.process !== null) await this.endEngine(n);
      for (const pid of await this.#pidsOf(node).catch(() => [])) end(pid);
      const mounts = readFileSync("/proc/mounts", "utf8").split("\n");
      for (const line of mounts.toReversed()) {
        const [, place = ""] = line.split(" ");
        if (place.startsWith(node.folder)) await run("umount", ["-l", place]).catch(() => undefined);
      }
      await run("ip", ["netns", "delete", node.name]).catch(() => undefined);
    }
    if (this.#hasRule) await run("iptables", ["-D", "FORWARD", ...this.#rule]).catch(() => undefined);
    await run("ip", ["link", "delete", this.#bridge]).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
