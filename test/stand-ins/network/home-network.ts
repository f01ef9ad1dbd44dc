import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

import { onTestFinished } from "vitest";

const run = promisify(execFile);
/** By a name, as knip takes the word itself for a dependency. */
const IP = "ip";

/** Listens on `ip:port`s and says so; ends with its standard input. */
const LISTENER = `
const { createServer } = require("node:net");
let open = 0;
for (const place of process.argv.slice(1)) {
  const [host, port] = place.split(":");
  createServer((socket) => socket.on("error", () => {}).end("here")).listen(Number(port), host, () => {
    if (++open === process.argv.length - 1) console.log("ready");
  });
}
process.stdin.resume().on("end", () => process.exit());
`;

type Place = "job" | "nas" | "router" | "internet" | "other";

/** What somebody may try to reach, and who listens there. */
const TARGETS: readonly (readonly [name: string, place: Place, listens: string, address: string])[] = [
  ["the router", "router", "192.168.1.1:80", "192.168.1.1/80"],
  ["a device at home", "router", "192.168.1.20:445", "192.168.1.20/445"],
  ["the NAS's desk", "nas", "0.0.0.0:5000", "GATEWAY/5000"],
  ["the NAS by its address at home", "nas", "0.0.0.0:5001", "192.168.1.10/5001"],
  ["the NAS's engine", "nas", "0.0.0.0:2375", "GATEWAY/2375"],
  ["another container", "other", "0.0.0.0:8080", "172.17.0.2/8080"],
  ["another container's published port", "other", "0.0.0.0:8081", "192.168.1.10/8081"],
  ["the internet", "internet", "203.0.113.2:443", "203.0.113.2/443"],
];

/** Why network namespaces cannot be made here; null if they can. */
export async function missingForNamespaces(): Promise<string | null> {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const tool of [IP, "iptables", "nft"]) {
    const found = await run(tool, ["-V"]).then(
      () => true,
      () => false,
    );
    if (!found) return `${tool} is not installed`;
  }
  return null;
}

export interface RunnersNetwork {
  readonly subnet: string;
  readonly bridge: string;
}

/**
 * A home on this machine, in network namespaces of its own: a job's container behind a bridge of a NAS, another
 * container, a router with a device at home, and an internet. The NAS has the rules that Docker makes. Nothing of the
 * machine's own network is touched, and all of it goes at the test's end.
 */
export class HomeNetwork {
  readonly #network: RunnersNetwork;
  /** The NAS as the job sees it. */
  readonly gateway: string;
  readonly #listeners: ChildProcess[] = [];
  readonly #made: string[] = [];

  private constructor(network: RunnersNetwork) {
    this.#network = network;
    this.gateway = network.subnet.replace(/\d+\/\d+$/, "1");
  }

  static async make(network: RunnersNetwork, { docker = true } = {}): Promise<HomeNetwork> {
    const home = new HomeNetwork(network);
    onTestFinished(() => home.#close());
    await home.#wire();
    if (docker) await home.startDocker();
    await home.#listen();
    return home;
  }

  /** Runs a command on the NAS. */
  async onNas(command: string): Promise<string> {
    return this.#in("nas", command);
  }

  /** Runs a command where the job is. */
  async inJob(command: string): Promise<string> {
    return this.#in("job", command);
  }

  /** All rules of the NAS. */
  rules(): Promise<string> {
    return this.onNas(
      "iptables-save | grep -v '^[#:]'; ip6tables-save | grep -v '^[#:]'; nft list table inet hookline 2>/dev/null; true",
    );
  }

  /** What answers to a connection from there, by name. One that gives no answer within a second does not. */
  async reachedFrom(place: Place): Promise<readonly string[]> {
    const reached = await Promise.all(
      TARGETS.map(async ([name, , , address]) => {
        const target = address.replace("GATEWAY", this.gateway);
        const tried = this.#in(
          place,
          `timeout 2 bash -c 'read -t 2 -n 4 word < /dev/tcp/${target}; test "$word" = here'`,
        );
        return (await tried.then(
          () => true,
          () => false,
        ))
          ? [name]
          : [];
      }),
    );
    return reached.flat();
  }

  /** The rules of Docker Engine that a container's packets meet, as `iptables-save` shows them. */
  async startDocker(): Promise<void> {
    const { subnet, bridge } = this.#network;
    for (const rule of [
      "-N DOCKER-USER 2>/dev/null || true",
      "-A DOCKER-USER -j RETURN",
      "-P FORWARD DROP",
      `-I FORWARD -o ${bridge} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `-A FORWARD -i ${bridge} ! -o ${bridge} -j ACCEPT`,
      `-A FORWARD -i ${bridge} -o ${bridge} -j DROP`,
      "-A FORWARD -o docker0 -j ACCEPT",
      "-A FORWARD -i docker0 -j ACCEPT",
      "-I FORWARD -j DOCKER-USER",
      `-t nat -A POSTROUTING -s ${subnet} ! -o ${bridge} -j MASQUERADE`,
      "-t nat -A PREROUTING -m addrtype --dst-type LOCAL -p tcp --dport 8081 -j DNAT --to-destination 172.17.0.2:8081",
    ]) {
      await this.onNas(`iptables -w ${rule}`);
    }
  }

  async #wire(): Promise<void> {
    const { subnet, bridge } = this.#network;
    for (const place of ["job", "nas", "router", "internet", "other"] as const) {
      await run(IP, ["netns", "add", this.#name(place)]);
      this.#made.push(this.#name(place));
      await this.#in(place, "ip link set lo up");
    }
    await this.#bridge(
      bridge,
      `${this.gateway}/${subnet.split("/")[1] ?? "24"}`,
      "job",
      subnet.replace(/\d+\/\d+$/, "2/24"),
    );
    await this.#bridge("docker0", "172.17.0.1/16", "other", "172.17.0.2/16");
    await this.#cable("nas", "eth0", ["192.168.1.10/24"], "router", "lan", ["192.168.1.1/24", "192.168.1.20/24"]);
    await this.#cable("router", "wan", ["203.0.113.1/24"], "internet", "eth0", ["203.0.113.2/24"]);
    await this.#in("job", `ip route add default via ${this.gateway}`);
    await this.#in("other", "ip route add default via 172.17.0.1");
    await this.#in("nas", "ip route add default via 192.168.1.1; sysctl -qw net.ipv4.ip_forward=1");
    await this.#in("router", "sysctl -qw net.ipv4.ip_forward=1");
    await this.#in("internet", "ip route add 192.168.1.0/24 via 203.0.113.1");
  }

  async #bridge(name: string, address: string, place: Place, its: string): Promise<void> {
    await this.#in(
      "nas",
      `ip link add ${name} type bridge; ip address add ${address} dev ${name}; ip link set ${name} up`,
    );
    await this.#cable("nas", `v${name}`, [], place, "eth0", [its]);
    await this.#in("nas", `ip link set v${name} master ${name}`);
  }

  async #cable(
    a: Place,
    nearName: string,
    near: readonly string[],
    b: Place,
    farName: string,
    far: readonly string[],
  ): Promise<void> {
    await this.#in(a, `ip link add ${nearName} type veth peer name ${farName} netns ${this.#name(b)}`);
    for (const [place, name, addresses] of [
      [a, nearName, near],
      [b, farName, far],
    ] as const) {
      for (const address of addresses) await this.#in(place, `ip address add ${address} dev ${name}`);
      await this.#in(place, `ip link set ${name} up`);
    }
  }

  async #listen(): Promise<void> {
    for (const place of ["nas", "router", "internet", "other"] as const) {
      const listens = TARGETS.flatMap(([, where, listen]) => (where === place ? [listen] : []));
      const args = ["netns", "exec", this.#name(place), process.execPath, "-e", LISTENER, ...listens];
      const listener = spawn(IP, args, { stdio: ["pipe", "pipe", "inherit"] });
      this.#listeners.push(listener);
      await once(listener.stdout, "data");
    }
  }

  #name(place: Place): string {
    return `hl${process.pid}-${place}`;
  }

  async #in(place: Place, command: string): Promise<string> {
    return (await run(IP, ["netns", "exec", this.#name(place), "bash", "-c", command])).stdout;
  }

  async #close(): Promise<void> {
    for (const listener of this.#listeners) {
      const gone = listener.exitCode === null ? once(listener, "exit") : null;
      listener.stdin?.end();
      await gone;
    }
    for (const name of this.#made) await run(IP, ["netns", "delete", name]);
  }
}
