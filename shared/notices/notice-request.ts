import { VERSION } from "../version.ts";

/** A notice as one service takes it. */
export interface NoticeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a service is to be told, in its own form. */
export interface NoticeContent {
  /** Where it goes; may hold a user and a password. */
  readonly url: string;
  readonly content: object;
}

/**
 * The POST that carries a notice. `id` is the same for each try, so that a receiver can drop the copy; `key` is one of
 * Standard Webhooks, and what has none goes unsigned. Credentials in the address become a header.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function noticeRequest(
  id: string,
  { url, content }: NoticeContent,
  key: string | null,
  nowMs: number,
): Promise<NoticeRequest> {
  const target = new URL(url);
  const authorization = takeCredentials(target);
  const body = JSON.stringify(content);
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = key === null ? {} : { "webhook-signature": await sign(key, `${id}.${timestamp}.${body}`) };
  return {
    url: target.href,
    headers: {
      "content-type": "application/json",
      "user-agent": `hookline/${VERSION}`,
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      ...signature,
      ...authorization,
    },
    body,
  };
}

/** Where ntfy takes JSON, and the topic, which is the last part of its address. https://docs.ntfy.sh/publish/#publish-as-json */
export function ntfyTopic(address: string): { readonly url: string; readonly topic: string } {
  const url = new URL(address);
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const topic = decodeURIComponent(parts.pop() ?? "");
  url.pathname = `/${parts.join("/")}`;
  return { url: url.href, topic };
}

/** `fetch` takes no address with a user in it; ntfy takes a token as the password of nobody. */
function takeCredentials(url: URL): { readonly authorization?: string } {
  const { username, password } = url;
  if (username === "" && password === "") return {};
  url.username = "";
  url.password = "";
  const text = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { authorization: `Basic ${base64(text)}` };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
async function sign(key: string, text: string): Promise<string> {
  const hmac = await crypto.subtle.importKey("raw", bytesOf(key), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", hmac, new TextEncoder().encode(text));
  return `v1,${base64(new Uint8Array(signature))}`;
}

/** All that `SIGNING_KEY` lets through: `atob` throws at a digit too many, and at padding that does not fit. */
function bytesOf(key: string): Uint8Array {
  const digits = key.replace(/^whsec_/, "").replace(/=+$/, "");
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
