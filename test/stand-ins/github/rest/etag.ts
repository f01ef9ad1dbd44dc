import { createHash } from "node:crypto";

import { identityOf, type Principal } from "./principal.ts";

/** The tag depends on the token: https://github.com/eclipse-csi/otterdog/issues/201 */
export function etagOf(principal: Principal | null, body: unknown): string {
  const hash = createHash("sha256").update(principal === null ? "" : identityOf(principal));
  return `W/"${hash.update(JSON.stringify(body) ?? "").digest("hex")}"`;
}

/** Whether `If-None-Match` names the tag, strong or weak. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  const bare = (tag: string): string => tag.trim().replace(/^W\//, "");
  return header?.split(",").some((tag) => bare(tag) === bare(etag)) ?? false;
}
