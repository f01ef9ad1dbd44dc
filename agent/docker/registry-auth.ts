import * as z from "zod/mini";

/** The header `X-Registry-Auth` for an image, or null where its registry needs none. */
export type RegistryAuth = (image: string) => string | null;

const entrySchema = z.object({
  auth: z.optional(z.string()),
  username: z.optional(z.string()),
  password: z.optional(z.string()),
  identitytoken: z.optional(z.string()),
});
const fileSchema = z.object({ auths: z.record(z.string(), entrySchema) });

/** As `docker login` names Docker Hub. */
const DOCKER_HUB = "https://index.docker.io/v1/";

/**
 * Reads what `docker login` writes to config.json. Throws where it is something else, a file that names a helper
 * program in place of the credentials for example.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication
 */
export function parseRegistryAuth(text: string): RegistryAuth {
  const { auths } = fileSchema.parse(JSON.parse(text));
  const told = Object.entries(auths).map(([server, entry]) => [hostOf(server), headerOf(server, entry)] as const);
  const headers = new Map(told.flatMap(([host, header]) => (header === null ? [] : [[host, header] as const])));
  if (told.length > 0 && headers.size === 0) throw new Error("no credentials");
  return (image) => headers.get(registryOf(image)) ?? null;
}

/** Null for an entry that `docker login` leaves where a helper program keeps the credentials. */
function headerOf(server: string, entry: z.infer<typeof entrySchema>): string | null {
  const colon = Buffer.from(entry.auth ?? "", "base64").toString("utf8");
  const at = colon.indexOf(":");
  const credentials = {
    username: entry.username ?? colon.slice(0, Math.max(at, 0)),
    password: entry.password ?? colon.slice(at + 1),
    ...(entry.identitytoken === undefined ? {} : { identitytoken: entry.identitytoken }),
    serveraddress: server,
  };
  if (credentials.password === "" && credentials.identitytoken === undefined) return null;
  return Buffer.from(JSON.stringify(credentials)).toString("base64url");
}

/** A first part without a dot, a colon and `localhost` is a name on Docker Hub. */
function registryOf(image: string): string {
  const [first = ""] = image.split("/");
  const isHost = image.includes("/") && (/[.:]/.test(first) || first === "localhost");
  return isHost ? hostOf(first) : hostOf(DOCKER_HUB);
}

/** Docker Hub has several names, which the engine takes for one. */
function hostOf(server: string): string {
  const host = (server.replace(/^https?:\/\//, "").split("/")[0] ?? "").toLowerCase();
  return ["docker.io", "registry-1.docker.io"].includes(host) ? "index.docker.io" : host;
}
