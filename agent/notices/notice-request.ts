import { createHmac } from "node:crypto";

import { VERSION } from "../../shared/version.ts";
import type { Notice } from "./notice.ts";
import type { ReceiverAddress } from "../settings/receiver-address.ts";

/** A notice as one service takes it. */
export interface NoticeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What Discord takes in one message. https://discord.com/developers/docs/resources/webhook#execute-webhook */
const DISCORD_CHARACTERS = 2000;
/** https://docs.ntfy.sh/publish/#limitations */
const NTFY_CHARACTERS = 3500;

/**
 * Makes the request that tells a service of a notice. `secret` is the key of Standard Webhooks, `whsec_…`; a webhook
 * without one goes unsigned. Names of repositories and jobs are a stranger's text: it goes into JSON alone, and where the
 * service would read marks or mentions in it, they are taken from it.
 */
export function requestOf(
  notice: Notice,
  receiver: ReceiverAddress,
  secret: string | null,
  nowMs: number,
): NoticeRequest {
  const url = new URL(receiver.url);
  const authorization = credentialsOf(url);
  const [target, content] = contentOf(notice, receiver, url);
  const body = JSON.stringify(content);
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature =
    secret === null || receiver.kind !== "webhook"
      ? {}
      : { "webhook-signature": sign(secret, notice.id, timestamp, body) };
  return {
    url: target,
    headers: {
      "content-type": "application/json",
      "user-agent": `hookline/${VERSION}`,
      "webhook-id": notice.id,
      "webhook-timestamp": timestamp,
      ...signature,
      ...authorization,
    },
    body,
  };
}

function contentOf(notice: Notice, { kind }: ReceiverAddress, url: URL): readonly [url: string, content: unknown] {
  const { title, text, remedy, atMs, id, rule, key, instance } = notice;
  const body = remedy === null ? text : `${text}\n${remedy}`;
  switch (kind) {
    case "ntfy":
      return ntfy(notice, body, url);
    case "apprise":
      // https://github.com/caronc/apprise-api#api-details
      return [
        url.href,
        { title, body, type: notice.kind === "recovery" ? "success" : notice.kind === "test" ? "info" : "warning" },
      ];
    case "discord":
      return [
        url.href,
        { content: cut(`**${plain(title)}**\n${plain(body)}`, DISCORD_CHARACTERS), allowed_mentions: { parse: [] } },
      ];
    case "slack":
      return [url.href, { text: escapeSlack(`${title}\n${body}`) }];
    case "webhook":
      // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
      return [
        url.href,
        {
          type: `hookline.${notice.kind}`,
          timestamp: new Date(atMs).toISOString(),
          data: { id, rule, key, instance, title, text, remedy },
        },
      ];
  }
}

/** The last part of the address is the topic. https://docs.ntfy.sh/publish/#publish-as-json */
function ntfy({ kind, title }: Notice, body: string, url: URL): readonly [string, unknown] {
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const topic = decodeURIComponent(parts.pop() ?? "");
  const base = new URL(url);
  base.pathname = `/${parts.join("/")}`;
  const tags = [kind === "recovery" ? "white_check_mark" : kind === "test" ? "wave" : "warning"];
  return [base.href, { topic, title, message: cut(body, NTFY_CHARACTERS), tags, priority: kind === "trouble" ? 4 : 3 }];
}

/** `fetch` takes no address with a user in it; ntfy takes a token as the password of nobody. */
function credentialsOf(url: URL): { readonly authorization?: string } {
  const { username, password } = url;
  if (username === "" && password === "") return {};
  url.username = "";
  url.password = "";
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(text).toString("base64")}` };
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
function sign(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Without what Discord would read as marks. */
function plain(text: string): string {
  return text.replaceAll(/[\\*_~`|>[\]]/g, (mark) => `\\${mark}`);
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
