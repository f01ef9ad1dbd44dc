import { createHash } from "node:crypto";

/** SHA-256 of what a JSON text says, so that laying it out anew changes nothing. */
export function checksumOf(json: string): string {
  return createHash("sha256")
    .update(JSON.stringify(JSON.parse(json)))
    .digest("hex");
}
