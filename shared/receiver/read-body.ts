/** GitHub's `workflow_job` payloads have 8 to 13 KB; its own cap for all events is 25 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Room for a usual delivery. */
const FIRST_BYTES = 16 * 1024;

/**
 * The raw bytes of a body, or `too-large` as soon as more than `limitBytes` have come, or `too-slow` once `deadline` is
 * aborted. What `Content-Length` says can only refuse, never allow. Each piece is copied as it comes, so that memory stays
 * within twice what has come, however small the pieces are.
 */
export async function readBody(
  request: Request,
  limitBytes: number,
  deadline?: AbortSignal,
): Promise<Uint8Array | "too-large" | "too-slow"> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > limitBytes) return "too-large";
  if (request.body === null) return new Uint8Array(0);
  const reader = request.body.getReader();
  // A reading under way ends with it as at the end of the body.
  deadline?.addEventListener("abort", () => void reader.cancel("too slow").catch(() => {}), { once: true });
  let bytes = new Uint8Array(Math.min(FIRST_BYTES, limitBytes));
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (deadline?.aborted === true) return "too-slow";
    if (done || value === undefined) return bytes.subarray(0, length);
    const end = length + value.byteLength;
    if (end > limitBytes) {
      await reader.cancel("too large");
      return "too-large";
    }
    if (end > bytes.byteLength) bytes = grown(bytes, length, Math.min(limitBytes, Math.max(end, bytes.byteLength * 2)));
    bytes.set(value, length);
    length = end;
  }
}

/** A larger buffer that begins with the first `length` bytes of `bytes`. */
function grown(bytes: Uint8Array, length: number, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes.subarray(0, length));
  return larger;
}
