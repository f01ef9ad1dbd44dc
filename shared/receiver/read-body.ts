import { piecesOf } from "./body-pieces.ts";
import type { HeldBody } from "./body-room.ts";

/** GitHub's `workflow_job` payloads have 8 to 13 KB; its own cap for all events is 25 MB. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Why a body was not read to its end. `broken-off`: whoever sent it has gone. */
export type BodyTrouble = "too-large" | "in-crumbs" | "too-slow" | "crowded" | "broken-off";

/**
 * The raw bytes of a body; `too-large` as soon as more have come than `held` takes, or `too-slow` once `deadline` is
 * aborted. What `Content-Length` says can only refuse, never allow.
 */
export async function readBody(
  request: Request,
  held: HeldBody,
  deadline: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | BodyTrouble> {
  const declared = Number(request.headers.get("content-length") ?? "0");
  if (declared > MAX_BODY_BYTES) return "too-large";
  if (request.body === null) return new Uint8Array(0);
  const pieces = piecesOf(request.body);
  deadline.addEventListener("abort", () => pieces.cancel("too-slow"), { once: true });
  for (;;) {
    const piece = await pieces.next();
    if (deadline.aborted) return "too-slow";
    if (piece === "broken-off") return piece;
    if (piece === "end") return held.bytes ?? "crowded";
    const added = held.add(piece);
    if (added === "taken") continue;
    pieces.cancel(added);
    return added;
  }
}
