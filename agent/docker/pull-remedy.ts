interface Cause {
  readonly says: RegExp;
  readonly remedy: (image: string) => string;
}

/** In the words of the engine and of registries; the first that fits tells. */
const CAUSES: readonly Cause[] = [
  {
    says: /no such host|lookup .* on |server misbehaving|temporary failure in name resolution/i,
    remedy: () =>
      "The host cannot resolve the registry's name: give the NAS other name servers than the router (DSM: Control Panel, " +
      "Network, General), then try docker pull on it.",
  },
  {
    says: /x509|certificate|tls:|handshake/i,
    remedy: () =>
      "TLS to the registry fails: check the host's clock, and whether a proxy or filter opens its connections.",
  },
  {
    says: /unauthorized|denied|authentication required|forbidden/i,
    remedy: (image) =>
      `The registry wants to know who asks, or the image does not exist: give the agent HOOKLINE_REGISTRY_AUTH_FILE, or run docker login and docker pull ${image} on the host.`,
  },
  {
    says: /no space left/i,
    remedy: () => "The disk is full where Docker keeps its images: docker system df shows by what.",
  },
  {
    says: /toomanyrequests|rate limit/i,
    remedy: () => "The registry limits anonymous pulls: wait, or give the agent HOOKLINE_REGISTRY_AUTH_FILE.",
  },
];

/** What to do about a pull that failed, by what the engine says of it. */
export function pullRemedy(image: string, why: string): string {
  const cause = CAUSES.find(({ says }) => says.test(why));
  const general = `Check the image's name and tag, and that the host reaches the registry: docker pull ${image}`;
  return cause === undefined ? general : `${cause.remedy(image)} To see it on the host: docker pull ${image}`;
}
