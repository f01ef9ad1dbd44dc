import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";

import { judged, MINUTE, noticesWorld, receiver, SECRET, trouble, WEBHOOK } from "./notices-world.ts";

test("a webhook is signed as Standard Webhooks says, and verified by its own library", async () => {
  const { book, send, posted } = noticesWorld();
  book.judge(judged([trouble("link-down")]));
  await send();
  const [{ body, headers, url } = { body: "", headers: {}, url: "" }] = posted;
  expect(url).toBe("https://hooks.example/hookline");
  // The library goes by the clock of this machine; the test's is another one.
  const now = { ...headers, "webhook-timestamp": String(Math.floor(Date.now() / 1000)) };
  const verifier = new Webhook(SECRET);
  const signature = verifier.sign(
    headers["webhook-id"] ?? "",
    new Date(Number(headers["webhook-timestamp"]) * 1000),
    body,
  );
  expect(headers["webhook-signature"]).toBe(signature);
  expect(() => verifier.verify(body, now)).toThrow(/signature/i);
  expect(JSON.parse(body)).toMatchObject({ type: "hookline.trouble", data: { rule: "link-down", instance: "nas" } });
});

describe("a notice is taken at least once, under one webhook-id", () => {
  test("a receiver that is away gets it later, each time under the same id", async () => {
    const { book, send, posted, world, clock, queued } = noticesWorld();
    world.answer = 503;
    book.judge(judged([trouble("disk-low")]));
    for (let n = 0; n < 6; n += 1) {
      await send();
      await clock.advance(31 * MINUTE);
    }
    expect(posted.length).toBeGreaterThan(3);
    expect(new Set(posted.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    world.answer = 204;
    await send();
    expect(queued()).toEqual([]);
  });

  test("a receiver that is away is not asked again at once", async () => {
    const { book, send, posted, world, records } = noticesWorld();
    world.answer = 500;
    book.judge(judged([trouble("disk-low"), trouble("link-down")]));
    for (let n = 0; n < 20; n += 1) await send();
    expect(posted).toHaveLength(1);
    expect(records().filter(({ msg }) => String(msg).startsWith("a notice was not taken"))).toHaveLength(1);
  });

  test("a restart before it was sent sends it", async () => {
    const first = noticesWorld();
    first.book.judge(judged([trouble("disk-low")]));
    const [id] = first.store.pending().map(({ notice }) => notice.id);
    const second = noticesWorld({ sql: first.sql });
    await second.send();
    expect(second.posted.map(({ headers }) => headers["webhook-id"])).toEqual([id]);
    await second.send();
    expect(second.posted).toHaveLength(1);
  });

  test("a crash between the answer and the mark sends it twice, under the same id", async () => {
    const first = noticesWorld();
    first.book.judge(judged([trouble("disk-low")]));
    first.store.sent = () => {
      throw new Error("the process ends here");
    };
    await expect(first.send()).rejects.toThrow("the process ends here");
    const second = noticesWorld({ sql: first.sql });
    await second.send();
    const ids = [...first.posted, ...second.posted].map(({ headers }) => headers["webhook-id"]);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    await second.send();
    expect(second.posted).toHaveLength(1);
  });
});

test("one receiver that is away does not keep the others waiting", async () => {
  const receivers = [WEBHOOK, receiver("ntfy+https://ntfy.sh/my-nas")];
  const taken: string[] = [];
  const { book, send, queued } = noticesWorld({
    receivers,
    post: (url) => {
      if (url.includes("hooks.example")) return Promise.reject(new Error("away"));
      taken.push(url);
      return Promise.resolve(new Response(null));
    },
  });
  book.judge(judged([trouble("disk-low")]));
  await send();
  expect(taken).toEqual(["https://ntfy.sh/"]);
  expect(queued()).toEqual(["trouble disk-low"]);
});

test("no address of a receiver, which is a credential, is logged or written down", async () => {
  const secret = receiver("discord+https://discord.com/api/webhooks/1/the-secret-of-it");
  const { book, send, world, records, sql } = noticesWorld({ receivers: [secret] });
  world.answer = 404;
  book.judge(judged([trouble("disk-low")]));
  await send();
  const rows = sql.exec("SELECT * FROM notices");
  expect(JSON.stringify([records(), rows])).not.toContain("the-secret-of-it");
  expect(rows).toHaveLength(1);
});
