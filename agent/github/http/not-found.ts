import { GitHubError } from "../model/types.ts";

/** What a 404 about one object comes to: none. Throws whatever else went wrong. */
export function noneIfNotFound(error: unknown): null {
  if (error instanceof GitHubError && error.code === "not-found") return null;
  throw error;
}
