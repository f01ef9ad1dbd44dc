const LONGEST = 16;
const FALLBACK = "nas";

/**
 * An instance name from a host name: `NAS.local` gives `nas`. A host name that Docker made up from a container's
 * id gives `nas` as well, since it changes with each container and the slots of the last one would be nobody's.
 */
export function instanceOfHost(hostName: string): string {
  const host = hostName.toLowerCase().split(".")[0] ?? "";
  if (/^[0-9a-f]{12}$/.test(host)) return FALLBACK;
  const name = host
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? FALLBACK : name;
}
