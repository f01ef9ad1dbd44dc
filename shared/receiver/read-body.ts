/** GitHub's `workflow_job` payloads have 8 to 13 KB; its own cap for all events is 25 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/**
 * The raw bytes of a body, or `too-large` as soon as more than `limitBytes` have come. What `Content-Length`
 * says can only refuse, never allow; memory stays within the limit and one chunk.
 */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array | "too-large"> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > limitBytes) return "too-large";
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return join(chunks, length);
    length += value.byteLength;
    if (length > limitBytes) {
      await reader.cancel("too large");
      return "too-large";
    }
    chunks.push(value);
  }
}

function join(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
