const HEADER_BYTES = 8;
/** stdin, stdout, stderr and the engine's own errors. */
const LAST_STREAM = 3;

/**
 * Joins the frames of a container's log in the order in which they came. Output of a container with a terminal
 * has no frames and is returned as it is; a last frame that was cut off is kept as far as it goes.
 * https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function joinLogFrames(body: Buffer): string {
  const payloads: Buffer[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= body.length) {
    if (!isHeader(body, at)) return body.toString("utf8");
    const end = at + HEADER_BYTES + body.readUInt32BE(at + 4);
    payloads.push(body.subarray(at + HEADER_BYTES, end));
    at = end;
  }
  if (payloads.length === 0) return body.toString("utf8");
  return Buffer.concat(payloads).toString("utf8");
}

function isHeader(body: Buffer, at: number): boolean {
  return (body[at] ?? 255) <= LAST_STREAM && body[at + 1] === 0 && body[at + 2] === 0 && body[at + 3] === 0;
}
