import type { Part } from "./examples.ts";

const API = "https://api.github.com";

/** A published part with other names in it, and with links to the API where the loopback GitHub has its own. */
export function rewrite(part: Part, names: readonly (readonly [string, string])[], apiUrl: string): Part {
  let text = JSON.stringify(part);
  for (const [from, to] of [...names, [API, apiUrl] as const]) text = text.replaceAll(from, to);
  return JSON.parse(text) as Part;
}

/** A time as GitHub writes it, to the second. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `instant`, or null when it has not come yet. */
export function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : instant(ms);
}

/** Something that looks like GitHub's opaque global ids. */
export function nodeId(prefix: string, id: number): string {
  return `${prefix}_${Buffer.from(String(id)).toString("base64url")}`;
}
