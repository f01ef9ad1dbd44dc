import {
  noticeRequest,
  ntfyTopic,
  type NoticeContent,
  type NoticeRequest,
} from "../../shared/notices/notice-request.ts";
import type { ReceiverAddress } from "../settings/receiver-address.ts";
import type { Notice } from "./notice.ts";

/** What Discord takes in one message. https://discord.com/developers/docs/resources/webhook#execute-webhook */
const DISCORD_CHARACTERS = 2000;
/** https://docs.ntfy.sh/publish/#limitations */
const NTFY_CHARACTERS = 3500;

/**
 * Makes the request that tells a service of a notice. `secret` is the key that a webhook is signed with; others never
 * are. Names of repositories and jobs are a stranger's text: it goes into JSON alone, and where the service would read
 * marks or mentions in it, they are taken from it.
 */
export async function requestOf(
  notice: Notice,
  receiver: ReceiverAddress,
  secret: string | null,
  nowMs: number,
): Promise<NoticeRequest> {
  const key = receiver.kind === "webhook" ? secret : null;
  return noticeRequest(notice.id, contentOf(notice, receiver), key, nowMs);
}

function contentOf(notice: Notice, { kind, url }: ReceiverAddress): NoticeContent {
  const { title, text, remedy, atMs, id, rule, key, instance } = notice;
  const body = remedy === null ? text : `${text}\n${remedy}`;
  switch (kind) {
    case "ntfy":
      return ntfy(notice, body, url);
    case "apprise": {
      // https://github.com/caronc/apprise-api#api-details
      const type = notice.kind === "recovery" ? "success" : notice.kind === "test" ? "info" : "warning";
      return { url, content: { title, body, type } };
    }
    case "discord": {
      const content = cut(`**${plain(title)}**\n${plain(body)}`, DISCORD_CHARACTERS);
      return { url, content: { content, allowed_mentions: { parse: [] } } };
    }
    case "slack":
      return { url, content: { text: escapeSlack(`${title}\n${body}`) } };
    case "webhook": {
      // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#payload-structure
      const data = { id, rule, key, instance, title, text, remedy };
      return { url, content: { type: `hookline.${notice.kind}`, timestamp: new Date(atMs).toISOString(), data } };
    }
  }
}

function ntfy({ kind, title }: Notice, body: string, address: string): NoticeContent {
  const { url, topic } = ntfyTopic(address);
  const tags = [kind === "recovery" ? "white_check_mark" : kind === "test" ? "wave" : "warning"];
  const priority = kind === "trouble" ? 4 : 3;
  return { url, content: { topic, title, message: cut(body, NTFY_CHARACTERS), tags, priority } };
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
