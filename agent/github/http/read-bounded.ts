import { GitHubError } from "../model/types.ts";

/** The body as text. Throws GitHubError `unexpected` when it is longer than `maxBytes`, and stops reading there. */
export async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) {
      throw new GitHubError(
        "unexpected",
        `An answer of more than ${maxBytes} bytes came from GitHub.`,
        "Check that GITHUB_API_URL is the address of GitHub's REST API.",
        { status: response.status },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString("utf8");
}
