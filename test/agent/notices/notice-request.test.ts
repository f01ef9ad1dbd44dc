import { expect, test } from "vitest";

import { requestOf } from "../../../agent/notices/notice-request.ts";
import type { Notice } from "../../../agent/notices/notice.ts";
import { readReceiver } from "../../../agent/settings/receiver-address.ts";
import { receiver } from "./notices-world.ts";

const HOSTILE = "build of acme/web: @everyone <!channel> <https://evil.example|click> **bold**\r\nX-Header: 1";
const notice: Notice = {
  id: "msg_1",
  kind: "trouble",
  rule: "job-waits",
  key: "job-waits",
  title: "nas: job-waits",
  text: HOSTILE,
  remedy: "mend it",
  instance: "nas",
  atMs: 1_764_500_000_000,
};
const told = async (address: string) => {
  const { url, headers, body } = await requestOf(notice, receiver(address), null, notice.atMs);
  return { url, headers, content: JSON.parse(body) as Record<string, unknown> };
};

test("ntfy gets its topic and a token in their places", async () => {
  const { url, headers, content } = await told("ntfy+https://:tk_secret@ntfy.home/sub/my-topic");
  expect(url).toBe("https://ntfy.home/sub");
  expect(headers["authorization"]).toBe(`Basic ${Buffer.from(":tk_secret").toString("base64")}`);
  expect(content).toMatchObject({ topic: "my-topic", title: "nas: job-waits", priority: 4 });
});

test("Apprise's API gets title, body and type", async () => {
  const { url, content } = await told("apprise+http://nas:8000/notify/key");
  expect(url).toBe("http://nas:8000/notify/key");
  expect(content).toEqual({ title: "nas: job-waits", body: `${HOSTILE}\nmend it`, type: "warning" });
});

test("a stranger's text mentions nobody on Discord, and is no mark there", async () => {
  const { content } = await told("discord+https://discord.com/api/webhooks/1/x");
  expect(content["allowed_mentions"]).toEqual({ parse: [] });
  expect(content["content"]).toContain("\\*\\*bold\\*\\*");
  expect(String(content["content"]).length).toBeLessThanOrEqual(2000);
});

test("a stranger's text is neither a mention nor a link on Slack", async () => {
  const { content } = await told("slack+https://hooks.slack.com/services/T/B/x");
  expect(content["text"]).toContain("&lt;!channel&gt; &lt;https://evil.example|click&gt;");
  expect(content["text"]).not.toContain("<");
});

test("no header holds a stranger's text", async () => {
  for (const kind of ["ntfy", "apprise", "webhook", "discord", "slack"]) {
    const { headers } = await told(`${kind}+https://host.example/x`);
    expect(JSON.stringify(headers)).not.toContain("X-Header");
  }
});

test.each([
  "https://ntfy.sh/x",
  "ntfy+ftp://x/y",
  "ntfy+https://ntfy.sh",
  "mail+https://x/y",
  "ntfy+https://a b/c",
  "",
])("%j is no receiver", (text) => {
  expect(readReceiver(text)).toBeNull();
});
