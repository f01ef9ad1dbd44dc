import { readFileSync } from "node:fs";

/** Variables of a process whose value nobody but it may see: the agent's credentials, the edge's, and proxies' passwords. */
const SECRET_NAMES = /(?:TOKEN|SECRET|PRIVATE_KEY|REGISTRY_AUTH|NOTIFY)(?:_PREVIOUS)?(?:_FILE)?$/;
/** Shorter texts stand in a log by chance. */
const SHORTEST = 8;

/** The secrets of an environment by the name of their variable; those in files, and passwords of proxies, among them. */
export function secretsOf(env: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const named = Object.entries(env).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (/^HTTPS?_PROXY$/i.test(name)) return [[name, passwordIn(value)]];
    if (!SECRET_NAMES.test(name)) return [];
    return [[name, name.endsWith("_FILE") ? contentOf(value) : value]];
  });
  // Of an address that holds a secret, its last part is one.
  const parts = named.map(([name, value]) => [name, /^\S+:\/\/\S+\/([^/\s]+)$/.exec(value)?.[1] ?? value] as const);
  return new Map(parts.filter(([, value]) => value.length >= SHORTEST));
}

/** Every form in which a secret may stand in a text, whatever stands around it there. */
export function formsOf(secret: string): readonly string[] {
  const trimmed = secret.trim();
  const bytes = Buffer.from(trimmed);
  const encoded = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [
    ...new Set([
      trimmed,
      JSON.stringify(trimmed).slice(1, -1),
      encodeURIComponent(trimmed),
      bytes.toString("hex"),
      ...encoded,
      ...encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    ]),
  ];
}

/** Names of the secrets that a text holds in any form. */
export function secretsIn(text: string, secrets: ReadonlyMap<string, string>): readonly string[] {
  return [...secrets].flatMap(([name, secret]) => (formsOf(secret).some((form) => text.includes(form)) ? [name] : []));
}

/** What base64 makes of the bytes behind `offset` others: without the characters that those and what follows have a part in. */
function base64At(bytes: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  return text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}

function passwordIn(address: string): string {
  return URL.parse(address)?.password ?? "";
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
