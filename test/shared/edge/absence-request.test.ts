import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";

import { absenceRequest } from "../../../shared/edge/absence-request.ts";
import { readEdgeReceiver, type EdgeReceiver } from "../../../shared/edge/notice-receiver.ts";
import type { AbsenceNotice } from "../../../shared/mailbox/absence-row.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const notice: AbsenceNotice = {
  id: "msg_1",
  kind: "trouble",
  atMs: 1_764_500_000_000,
  title: "away",
  text: "since noon",
};

function receiver(text: string): EdgeReceiver {
  const read = readEdgeReceiver(text);
  if (read === null) throw new Error(`${text} is no receiver`);
  return read;
}

test("a webhook is signed as Standard Webhooks, which its own library verifies", async () => {
  const target = receiver("webhook+https://hooks.example/hookline?key=1");
  const { url, headers, body } = await absenceRequest(notice, target, SECRET, Date.now());
  expect(url).toBe("https://hooks.example/hookline?key=1");
  expect(new Webhook(SECRET).verify(body, { ...headers })).toMatchObject({
    type: "hookline.trouble",
    data: { id: "msg_1", rule: "agent-away", title: "away", text: "since noon" },
  });
  expect(() => new Webhook(SECRET).verify(`${body} `, { ...headers })).toThrow("No matching signature");
});

test("one try after another has the same id and body, and its own time", async () => {
  const target = receiver("webhook+https://hooks.example/hookline");
  const [first, again] = [
    await absenceRequest(notice, target, SECRET, 1_000_000),
    await absenceRequest(notice, target, SECRET, 2_000_000),
  ];
  expect([again.body, again.headers["webhook-id"]]).toEqual([first.body, first.headers["webhook-id"]]);
  expect([first.headers["webhook-timestamp"], again.headers["webhook-timestamp"]]).toEqual(["1000", "2000"]);
});

test("without a key a webhook goes unsigned, and other services are never signed", async () => {
  for (const [text, secret] of [
    ["webhook+https://h.example/x", null],
    ["ntfy+https://ntfy.sh/x", SECRET],
  ] as const) {
    const { headers } = await absenceRequest(notice, receiver(text), secret, 0);
    expect(headers).not.toHaveProperty("webhook-signature");
  }
});

test.each(["=", "==", "A", "A="])(
  "a key that the setting takes, with %j too many, signs all the same",
  async (tail) => {
    const target = receiver("webhook+https://hooks.example/hookline");
    const { body, headers } = await absenceRequest(notice, target, `${SECRET}${tail}`, Date.now());
    expect(new Webhook(SECRET).verify(body, { ...headers })).toMatchObject({ type: "hookline.trouble" });
  },
);

test("ntfy gets its topic and a token in their places, Discord a text that mentions nobody", async () => {
  const ntfy = await absenceRequest(notice, receiver("ntfy+https://:tk_secret@ntfy.example/sub/my-topic"), null, 0);
  expect(ntfy.url).toBe("https://ntfy.example/sub");
  expect(ntfy.headers["authorization"]).toBe(`Basic ${Buffer.from(":tk_secret").toString("base64")}`);
  expect(JSON.parse(ntfy.body)).toMatchObject({ topic: "my-topic", title: "away", message: "since noon", priority: 4 });
  const discord = await absenceRequest(notice, receiver("discord+https://discord.com/api/webhooks/1/x"), null, 0);
  expect(JSON.parse(discord.body)).toEqual({ content: "**away**\nsince noon", allowed_mentions: { parse: [] } });
});

test.each([
  "https://ntfy.sh/x",
  "ntfy+http://ntfy.sh/x",
  "ntfy+https://ntfy.sh",
  "slack+https://x/y",
  "ntfy+https://a b/c",
  "",
])("%j is no receiver", (text) => expect(readEdgeReceiver(text)).toBeNull());

test("a receiver's name holds neither its path nor its password", () => {
  expect(receiver("ntfy+https://:tk_secret@ntfy.example/sub/my-topic").name).toBe("ntfy ntfy.example");
});
