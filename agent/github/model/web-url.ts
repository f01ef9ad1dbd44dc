/**
 * Where a browser finds the GitHub that a REST API belongs to: github.com has its API on a host of its own, GitHub
 * Enterprise Server below /api/v3.
 */
export function webUrlOf(githubApiUrl: string): URL {
  const url = new URL(githubApiUrl);
  if (url.hostname.startsWith("api.")) url.hostname = url.hostname.slice("api.".length);
  return new URL("/", url);
}
