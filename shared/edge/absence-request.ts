import type { AbsenceNotice } from "../mailbox/absence-row.ts";
import { noticeRequest, ntfyTopic, type NoticeContent, type NoticeRequest } from "../notices/notice-request.ts";
import type { EdgeReceiver } from "./notice-receiver.ts";

/** The request that tells a service of a notice. `secret` is the key that a webhook is signed with; others never are. */
export async function absenceRequest(
  notice: AbsenceNotice,
  receiver: EdgeReceiver,
  secret: string | null,
  nowMs: number,
): Promise<NoticeRequest> {
  const key = receiver.kind === "webhook" ? secret : null;
  return noticeRequest(notice.id, contentOf(notice, receiver), key, nowMs);
}

function contentOf(notice: AbsenceNotice, { kind, url }: EdgeReceiver): NoticeContent {
  const { id, title, text, atMs } = notice;
  const isOver = notice.kind === "recovery";
  switch (kind) {
    case "webhook": {
      const data = { id, rule: "agent-away", title, text };
      return { url, content: { type: `hookline.${notice.kind}`, timestamp: new Date(atMs).toISOString(), data } };
    }
    case "discord":
      // https://discord.com/developers/docs/resources/webhook#execute-webhook
      return { url, content: { content: `**${title}**\n${text}`, allowed_mentions: { parse: [] } } };
    case "ntfy": {
      const { url: base, topic } = ntfyTopic(url);
      const tags = [isOver ? "white_check_mark" : "warning"];
      return { url: base, content: { topic, title, message: text, tags, priority: isOver ? 3 : 4 } };
    }
  }
}
