/** What a job may knock on at home: the doors of a NAS's desk, of its shell and of its engine; a router's pages. */
export const PORTS = [22, 80, 443, 2375, 5000, 5001] as const;

/** How a machine's own network lies: the address of its router, and its own. */
export const LOOK = "cat /proc/net/route; echo ---; cat /proc/net/fib_trie";

export interface HostNetwork {
  readonly router: string | null;
  readonly addresses: readonly string[];
}

/** Reads what `LOOK` prints. https://docs.kernel.org/filesystems/proc.html */
export function readHostNetwork(text: string): HostNetwork {
  const [routes = "", trie = ""] = text.split("---\n");
  const [, gateway = null] = /^\S+\s+00000000\s+([0-9A-F]{8})\s/m.exec(routes) ?? [];
  const local = [...trie.matchAll(/\|-- (\d+\.\d+\.\d+\.\d+)\n\s+\/32 host LOCAL/g)].map(([, address = ""]) => address);
  return {
    router: gateway === null || gateway === "00000000" ? null : addressOf(gateway),
    addresses: [...new Set(local)].filter((address) => !address.startsWith("127.")),
  };
}

/** The kernel writes an address as one number of the machine's own order, which is little-endian on all that we serve. */
function addressOf(hex: string): string {
  return (hex.match(/../g) ?? [])
    .toReversed()
    .map((pair) => Number.parseInt(pair, 16))
    .join(".");
}

/**
 * Knocks on every port of every address at the same time, a second each, and prints `ADDRESS PORT open`, `refused` or
 * `silent`; `no-tool` where the image has neither bash nor curl. A port that refuses is a machine that is reached.
 */
export function knock(addresses: readonly string[]): string {
  const places = addresses.flatMap((address) => PORTS.map((port) => `${address} ${port}`));
  return `
said() { case "$1 $2" in "0 "*) echo "$3 $4 open";; *refused*) echo "$3 $4 refused";; *) echo "$3 $4 silent";; esac; }
if command -v bash >/dev/null && command -v timeout >/dev/null; then
  try() { error=$(timeout 1 bash -c "exec 3<>/dev/tcp/$1/$2" 2>&1); said $? "$error" "$@"; }
elif command -v curl >/dev/null; then
  try() { error=$(curl -sv --max-time 1 "telnet://$1:$2" </dev/null 2>&1); case "$error" in *Connected\\ to*) said 0 "" "$@";; *) said 1 "$error" "$@";; esac; }
else echo no-tool; exit 0; fi
${places.map((place) => `try ${place} &`).join("\n")}
wait`;
}

export interface Knocked {
  readonly address: string;
  readonly port: number;
  readonly answer: "open" | "refused" | "silent";
}

/** Reads what `knock` prints; null where the image could not knock. */
export function readKnocked(text: string): readonly Knocked[] | null {
  if (text.includes("no-tool")) return null;
  return [...text.matchAll(/^(\S+) (\d+) (open|refused|silent)$/gm)].map(([, address = "", port, answer]) => ({
    address,
    port: Number(port),
    answer: answer as Knocked["answer"],
  }));
}
