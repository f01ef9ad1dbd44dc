import type { World } from "../world.ts";
import type { Reply } from "./handler.ts";

const BY_NAME = /^\/repos\/([^/]+\/[^/]+)(\/.*)?$/;
const BY_ID = /^\/repositories\/(\d+)(\/.*)?$/;

/**
 * The redirect that GitHub gives under a name that a repository had before: 301 for what is read, 307 for the rest, which
 * is to be repeated with the same method. Null where the name is not one.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export function movedReply({ accounts, apiUrl }: World, method: string, url: URL): Reply | null {
  const [, name, rest = ""] = BY_NAME.exec(decodeURIComponent(url.pathname)) ?? [];
  const repository = name === undefined ? null : accounts.movedFrom(name);
  if (repository === null) return null;
  const location = `${apiUrl}/repositories/${repository.id}${rest}${url.search}`;
  const status = method === "GET" ? 301 : 307;
  const message = status === 301 ? "Moved Permanently" : "Temporary Redirect";
  return { status, headers: { location }, body: { message, url: location } };
}

/** The address by name of one that names a repository by its id; any other as it is. */
export function byName({ accounts }: World, url: URL): URL {
  const [, id, rest = ""] = BY_ID.exec(url.pathname) ?? [];
  const repository = id === undefined ? null : accounts.repositoryById(Number(id));
  return repository === null ? url : new URL(`/repos/${repository.fullName}${rest}${url.search}`, url);
}
