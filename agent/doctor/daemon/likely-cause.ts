/** What a runner's last words most likely mean, and what helps. */
export interface LikelyCause {
  readonly cause: string;
  readonly remedy: string;
}

interface Pattern extends LikelyCause {
  readonly words: RegExp;
}

export const NAMES: LikelyCause = {
  cause: "names do not resolve inside containers",
  remedy: "give the pool name servers that answer: dns: [1.1.1.1]",
};

export const CERTIFICATE: LikelyCause = {
  cause: "a certificate is not trusted inside containers",
  remedy: "check this machine's clock, and whether a proxy opens TLS: its CA has to be in the image",
};

const LOWER_MTU =
  "lower the network's MTU below that of this machine's line: docker network create --opt com.docker.network.driver.mtu=1400 NAME, and name it as the pool's network";

/** https://docs.docker.com/engine/network/drivers/bridge/#options */
export const STALLED: LikelyCause = {
  cause: "large answers are lost on the way to containers",
  remedy: LOWER_MTU,
};

export const LINE: LikelyCause = {
  cause: "GitHub is not reached from inside containers",
  remedy:
    "take a network with a way out (one made with --internal has none: docker network inspect NAME), and let the containers' addresses through this machine's firewall; restarting Docker makes its rules anew",
};

/** First match wins: the more precise ones come first. */
const PATTERNS: readonly Pattern[] = [
  {
    words: /could not resolve|name or service not known|temporary failure in name resolution|EAI_AGAIN|no such host/i,
    ...NAMES,
  },
  {
    words: /certificate|SSL connection could not be established|unable to get local issuer|self[- ]signed/i,
    ...CERTIFICATE,
  },
  {
    words: /no space left on device/i,
    cause: "the disk is full",
    remedy: "free some: docker system df shows what Docker holds",
  },
  {
    words: /timed? ?out|connection reset|operation was canceled|no route to host|network is unreachable/i,
    cause: "GitHub is not reached from inside containers, or answers are lost on the way",
    remedy:
      "try it on the pool's network; where small answers come and large ones hang, lower the network's MTU: docker network create --opt com.docker.network.driver.mtu=1400 NAME",
  },
  {
    words: /exec format error/i,
    cause: "the image is for another architecture",
    remedy: "take an image of this machine's architecture, or set architecture in the pool",
  },
  {
    words: /no such file or directory|not found|permission denied|is a directory/i,
    cause: "the command is not in the image, or may not be run there",
    remedy: "check command and image of the pool: the default is /home/runner/run.sh of actions/runner's image",
  },
  {
    words: /version .*(deprecated|no longer)|deprecated/i,
    cause: "GitHub no longer takes this version of the runner",
    remedy: "set image to a newer runner, or pull: daily",
  },
  {
    words: /unauthorized|\b401\b|registration (?:has been )?deleted|not (?:been )?registered|session.*conflict/i,
    cause: "GitHub did not take the runner's registration",
    remedy: "check this machine's clock, and that no other agent carries the same HOOKLINE_INSTANCE",
  },
];

/** What the last words and the exit code of a slot that ran no job point at; null where they say nothing known. */
export function likelyCause(lastWords: string | null, exitCode: number | null): LikelyCause | null {
  const match = PATTERNS.find(({ words }) => words.test(lastWords ?? ""));
  if (match !== undefined) return { cause: match.cause, remedy: match.remedy };
  // https://docs.docker.com/engine/containers/run/#exit-status
  if (exitCode === 125 || exitCode === 126 || exitCode === 127) {
    const remedy = "check command and image of the pool: docker run --rm -it IMAGE shows it";
    return { cause: "the command of the pool does not run in its image", remedy };
  }
  if (exitCode === 137) {
    const remedy = "raise resources.memory of the pool, or lower scaling.max";
    return { cause: "the kernel killed it, most likely for its memory", remedy };
  }
  return null;
}
