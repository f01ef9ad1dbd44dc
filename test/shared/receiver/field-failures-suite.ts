import { describe, expect, test } from "vitest";

import { PING, workflowJob } from "../../samples/payload.ts";
import { bytesOf, sign } from "../../samples/sign.ts";
import { guid } from "../../samples/signal.ts";
import { SECRETS, type Content, type NewBench } from "./receiver-bench.ts";

const DAY_MS = 24 * 60 * 60_000;

/** A job's body with `text` as its name, as it stands between the quotes. */
function named(text: string): string {
  return JSON.stringify(workflowJob(1, { job: { name: "@@" } })).replace("@@", text);
}

const BODIES: readonly (readonly [string, Content])[] = [
  ["emoji", named("🚀 👩‍👩‍👧")],
  ["line separators", named("\u2028\u2029")],
  ["escaped control characters", named(String.raw`\u0000\u001f\b\t`)],
  ["lone surrogates", named(String.raw`\ud800`)],
  ["a byte order mark", `\ufeff${named("x")}`],
  ["a number beyond 64 bits", named("x").replace('"steps":[]', '"steps":[],"big":1e21,"bigger":123456789012345678901')],
  ["duplicate keys", named("x").replace('"action":"queued"', '"action":"other","action":"queued"')],
  ["line breaks and indents", JSON.stringify(workflowJob(1), null, 2)],
  ["spaces around it", `  ${named("x")}\r\n\r\n`],
  ["escaped slashes", named("x").replace("acme/app", String.raw`acme\/app`)],
];

/** The receiver's answers, through whichever door requests reach it. */
export function describeReceiverFailures(door: string, newBench: NewBench): void {
  describe(`through ${door}`, () => {
    describe("E1 the signature is over the bytes as sent", () => {
      test.each(BODIES)("a body with %s is taken", async (_name, body) => {
        const bench = newBench();
        expect((await bench.deliver(body)).status).toBe(202);
        expect(bench.mailbox.signals).toMatchObject([{ jobId: 1001, action: "queued", repository: "acme/app" }]);
      });

      test("a body with bytes that are no UTF-8 is taken; they cost a character, not the job", async () => {
        const bench = newBench();
        const [head = "", tail = ""] = named("@@").split("@@");
        const body = Uint8Array.from([...bytesOf(head), 0xff, 0xc0, ...bytesOf(tail)]);
        expect((await bench.deliver(body)).status).toBe(202);
        expect(bench.mailbox.signals).toMatchObject([{ jobId: 1001, jobName: "\ufffd\ufffd" }]);
      });

      test("any single byte changed is 401", async () => {
        const bench = newBench();
        const body = bytesOf(named("🚀"));
        const signature = { "x-hub-signature-256": await sign(SECRETS.current, body) };
        for (let at = 0; at < body.length; at += 1) {
          const changed = Uint8Array.from(body);
          changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
          expect((await bench.deliver(changed, signature)).status).toBe(401);
        }
        expect(bench.mailbox.signals).toEqual([]);
      });
    });

    test("E3 a bad signature on malformed JSON is 401, not 400; SHA-1 alone is never enough", async () => {
      const bench = newBench();
      const wrong = `sha256=${"0".repeat(64)}`;
      expect((await bench.deliver("{", { "x-hub-signature-256": wrong })).status).toBe(401);
      const sha1 = { "x-hub-signature-256": null, "x-hub-signature": `sha1=${"a".repeat(40)}` };
      expect((await bench.deliver(workflowJob(1), sha1)).status).toBe(401);
    });

    test("E4 after a thousand bad requests neither log nor answer holds the expected MAC, the secret or the start of one", async () => {
      const bench = newBench();
      const body = JSON.stringify(workflowJob(1));
      const mac = (await sign(SECRETS.current, body)).slice("sha256=".length);
      let seen = "";
      for (let n = 0; n < 1000; n += 1) {
        const flipped = `sha256=${n.toString(16).padStart(4, "0")}${mac.slice(4)}`;
        const answer = await bench.deliver(body, { "x-hub-signature-256": n % 2 === 0 ? flipped : null });
        expect(answer.status).toBe(flipped === `sha256=${mac}` && n % 2 === 0 ? 202 : 401);
        seen += (await answer.text()) + JSON.stringify([...answer.headers]);
      }
      seen += bench.log.lines.join("\n");
      for (const secret of [mac, mac.slice(0, 12), mac.slice(-12), SECRETS.current, SECRETS.previous]) {
        expect(seen).not.toContain(secret);
      }
    });

    test("E6 what is late, foreign, unknown or a ping is 2xx, and each is counted", async () => {
      const bench = newBench();
      const answers = [
        await bench.deliver(PING, { "x-github-event": "ping" }),
        await bench.deliver({ ref: "x" }, { "x-github-event": "push" }),
        await bench.deliver(workflowJob(1, { action: "teleported" })),
        await bench.deliver(workflowJob(1, { action: "completed", job: { status: "completed" } })),
      ];
      bench.mailbox.answer = () => ({ kind: "foreign", reason: "owner" });
      answers.push(await bench.deliver(workflowJob(2, { repository: { full_name: "stranger/app" } })));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
      expect(bench.mailbox.notes.map(({ kind }) => kind)).toEqual(["ping", "ignored"]);
      expect(bench.mailbox.signals).toHaveLength(3);
    });

    test("E5 an event header that contradicts the signed body has no effect and is counted", async () => {
      const bench = newBench();
      expect((await bench.deliver(workflowJob(1), { "x-github-event": "push" })).status).toBe(202);
      expect([bench.mailbox.signals.length, bench.mailbox.notes.length]).toEqual([0, 1]);
    });

    test("E9 no address opens or closes the door: the signature alone decides, so a new range of GitHub's needs no deploy", async () => {
      const bench = newBench();
      for (const address of ["192.30.252.1", "203.0.113.9", "2001:db8::1", "10.0.0.1"]) {
        const from = { "cf-connecting-ip": address, "x-forwarded-for": address, "x-real-ip": address };
        expect((await bench.deliver(workflowJob(1), from)).status).toBe(202);
        expect((await bench.deliver(workflowJob(1), { ...from, "x-hub-signature-256": null })).status).toBe(401);
      }
    });

    test("E10 a signed event of a foreign owner, or of installation 0, is 2xx, not queued, and does not crash", async () => {
      const bench = newBench();
      bench.mailbox.answer = () => ({ kind: "foreign", reason: "owner" });
      for (const installation of [{ id: 0 }, null, { id: "x" }]) {
        const body = { ...workflowJob(1, { repository: { full_name: "stranger/app" } }), installation };
        const answer = await bench.deliver(body);
        expect([answer.status, ((await answer.json()) as { status: string }).status]).toEqual([202, "ignored"]);
      }
    });

    test("E11 a redelivery signed with the secret of before is taken four days after the rotation, as long as it is kept", async () => {
      const bench = newBench();
      const body = JSON.stringify(workflowJob(1));
      const old = { "x-hub-signature-256": await sign(SECRETS.previous, body) };
      bench.nowMs += 4 * DAY_MS;
      expect((await bench.deliver(body, old)).status).toBe(202);
      const after = newBench({ current: SECRETS.current });
      expect((await after.deliver(body, old)).status).toBe(401);
    });

    test("D3 promise 18: a forged delivery cannot take the GUID of a genuine one", async () => {
      const bench = newBench();
      const same = { "x-github-delivery": guid(7) };
      expect(
        (await bench.deliver(workflowJob(7), { ...same, "x-hub-signature-256": `sha256=${"0".repeat(64)}` })).status,
      ).toBe(401);
      const genuine = await bench.deliver(workflowJob(7), same);
      expect(await genuine.json()).toEqual({ status: "stored", seq: 1 });
    });
  });
}
