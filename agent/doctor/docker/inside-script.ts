/** A host as a job asks for it. */
export interface InsideTarget {
  readonly hostname: string;
  readonly port: number;
  readonly tls: boolean;
}

/** What became of one host, seen from inside a container. `stalled`: connected, and then no answer came through. */
export type InsideOutcome = "reached" | "names" | "line" | "stalled" | "certificate";

/** What a container said of itself and of what it reaches. */
export interface InsideReading {
  /** Bytes; null where it has none or does not tell. */
  readonly memoryBytes: number | "unlimited" | null;
  /** By host; null where the image has nothing to try with. */
  readonly hosts: ReadonlyMap<string, InsideOutcome> | null;
}

const SECONDS = 7;

/**
 * Asks for every host at the same time with what the image has, curl, bash or nc, and prints what each tool said; and the
 * memory limit that holds inside. The resolver gives up soon, so that a name server that is silent is told from a line
 * that is. https://man7.org/linux/man-pages/man5/resolv.conf.5.html
 */
export function insideScript(targets: readonly InsideTarget[]): string {
  const tries = targets.map(({ hostname, port, tls }) => `try ${hostname} ${port} ${tls ? "https" : "http"} &`);
  return `
export RES_OPTIONS='timeout:2 attempts:2'
for file in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
  if [ -r $file ]; then echo "memory $(cat $file)"; break; fi
done
if command -v curl >/dev/null 2>&1; then
  try() {
    said=$(curl -sS -o /dev/null --connect-timeout 5 --max-time ${SECONDS} -w 'T %{time_namelookup} %{time_connect}' "$3://$1:$2/" 2>&1)
    code=$?; echo "curl $1 $code" $said
  }
elif [ -n "$https_proxy$HTTPS_PROXY" ]; then
  echo no-tool; exit 0
elif command -v bash >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  try() { said=$(timeout ${SECONDS} bash -c "exec 3<>/dev/tcp/$1/$2" 2>&1); code=$?; echo "tcp $1 $code" $said; }
elif command -v nc >/dev/null 2>&1 && command -v timeout >/dev/null 2>&1; then
  try() {
    said=$(timeout ${SECONDS} nc -z -w 5 "$1" "$2" </dev/null 2>&1 || timeout ${SECONDS} nc -w 5 "$1" "$2" -e true </dev/null 2>&1)
    code=$?; echo "tcp $1 $code" $said
  }
else
  echo no-tool; exit 0
fi
${tries.join("\n")}
wait`;
}

/** Reads what `insideScript` printed. Never throws: what is not understood is not there. */
export function readInside(text: string): InsideReading {
  const [, memory = null] = /^memory (\d+|max)$/m.exec(text) ?? [];
  const hosts = new Map<string, InsideOutcome>();
  for (const [, tool, host = "", code, said = ""] of text.matchAll(/^(curl|tcp) (\S+) (\d+)(?: (.*))?$/gm)) {
    hosts.set(host, tool === "curl" ? ofCurl(Number(code), said) : ofTcp(Number(code), said));
  }
  return {
    memoryBytes: memory === null ? null : limitOf(memory),
    hosts: /^no-tool$/m.test(text) ? null : hosts,
  };
}

/** Version 1 of cgroups writes a number near 2^63 for no limit. */
function limitOf(memory: string): number | "unlimited" {
  return memory === "max" || Number(memory) > 2 ** 60 ? "unlimited" : Number(memory);
}

/** https://curl.se/libcurl/c/libcurl-errors.html */
const CERTIFICATES: ReadonlySet<number> = new Set([35, 51, 58, 60, 77, 83, 90, 91]);

function ofCurl(code: number, said: string): InsideOutcome {
  const [, namelookup = "0", connect = "0"] = /T ([\d.]+) ([\d.]+)/.exec(said) ?? [];
  if (code === 0) return "reached";
  if (code === 5 || code === 6) return "names";
  if (CERTIFICATES.has(code)) return /reset|timed out|unexpected eof/i.test(said) ? "stalled" : "certificate";
  // Whoever answered something that is no page was reached.
  if (Number(connect) > 0) return code === 28 || code === 56 ? "stalled" : "reached";
  return Number(namelookup) === 0 && code === 28 ? "names" : "line";
}

const NO_NAME = /bad address|getaddrinfo|not known|name resolution|no address associated|could not resolve/i;

function ofTcp(code: number, said: string): InsideOutcome {
  if (code === 0) return "reached";
  return NO_NAME.test(said) ? "names" : "line";
}
