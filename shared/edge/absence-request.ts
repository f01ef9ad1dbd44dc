import type { AbsenceNotice } from "../mailbox/absence-row.ts";
import { VERSION } from "../version.ts";
import type { EdgeReceiver } from "./notice-receiver.ts";

/** A notice as one service takes it. */
export interface AbsenceRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The request that tells a service of a notice. `secret` is the key of Standard Webhooks, `whsec_…`; a webhook without one
 * goes unsigned. The same id for each try of a notice, so that a receiver can drop the copy.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export async function absenceRequest(
  notice: AbsenceNotice,
  { kind, url: address }: EdgeReceiver,
  secret: string | null,
  nowMs: number,
): Promise<AbsenceRequest> {
  const url = new URL(address);
  const authorization = credentialsOf(url);
  const [target, content] = contentOf(notice, kind, url);
  const body = JSON.stringify(content);
  const timestamp = String(Math.floor(nowMs / 1000));
  const signed = secret === null || kind !== "webhook" ? null : await sign(secret, `${notice.id}.${timestamp}.${body}`);
  return {
    url: target,
    headers: {
      "content-type": "application/json",
      "user-agent": `hookline/${VERSION}`,
      "webhook-id": notice.id,
      "webhook-timestamp": timestamp,
      ...(signed === null ? {} : { "webhook-signature": signed }),
      ...authorization,
    },
    body,
  };
}

function contentOf(
  notice: AbsenceNotice,
  kind: EdgeReceiver["kind"],
  url: URL,
): readonly [url: string, content: object] {
  const { id, title, text, atMs } = notice;
  const isOver = notice.kind === "recovery";
  switch (kind) {
    case "webhook": {
      const data = { id, rule: "agent-away", title, text };
      return [url.href, { type: `hookline.${notice.kind}`, timestamp: new Date(atMs).toISOString(), data }];
    }
    case "discord":
      // https://discord.com/developers/docs/resources/webhook#execute-webhook
      return [url.href, { content: `**${title}**\n${text}`, allowed_mentions: { parse: [] } }];
    case "ntfy": {
      // https://docs.ntfy.sh/publish/#publish-as-json
      const tags = [isOver ? "white_check_mark" : "warning"];
      return [baseOf(url), { topic: topicOf(url), title, message: text, tags, priority: isOver ? 3 : 4 }];
    }
  }
}

/** The last part of the address is the topic. */
function topicOf(url: URL): string {
  return decodeURIComponent(partsOf(url).at(-1) ?? "");
}

function baseOf(url: URL): string {
  const base = new URL(url.href);
  base.pathname = `/${partsOf(url).slice(0, -1).join("/")}`;
  return base.href;
}

function partsOf(url: URL): readonly string[] {
  return url.pathname.split("/").filter((part) => part !== "");
}

/** `fetch` takes no address with a user in it; ntfy takes a token as the password of nobody. */
function credentialsOf(url: URL): { readonly authorization?: string } {
  const { username, password } = url;
  if (username === "" && password === "") return {};
  url.username = "";
  url.password = "";
  const text = new TextEncoder().encode(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return { authorization: `Basic ${base64(text)}` };
}

async function sign(secret: string, text: string): Promise<string> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, "")), (character) => character.charCodeAt(0));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const signature = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text));
  return `v1,${base64(new Uint8Array(signature))}`;
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
