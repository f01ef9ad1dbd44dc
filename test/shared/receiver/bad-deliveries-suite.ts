import { describe, expect, test } from "vitest";

import { MAX_BODY_BYTES } from "../../../shared/receiver/read-body.ts";
import { workflowJob } from "../../samples/payload.ts";
import { bytesOf, sign } from "../../samples/sign.ts";
import { deliveryHeaders, SECRETS, type HeaderChange, type NewBench } from "./receiver-bench.ts";

const BODY = JSON.stringify(workflowJob(1));
const HEX = (await sign(SECRETS.current, BODY)).slice("sha256=".length);
const OTHER_BODY = await sign(SECRETS.current, `${BODY} `);
const OTHER_SECRET = await sign("some-other-secret", BODY);

/** The receiver's answers, through whichever door requests reach it. */
export function describeBadDeliveries(door: string, newBench: NewBench): void {
  describe(`through ${door}`, () => {
    describe("a signature that is", () => {
      test.each<[string, string | null, string]>([
        ["missing", null, "signature missing"],
        ["empty", "", "signature malformed"],
        ["a word", "foo", "signature malformed"],
        ["the prefix alone", "sha256=", "signature malformed"],
        ["no hex", `sha256=${"z".repeat(64)}`, "signature malformed"],
        ["without prefix", HEX, "signature malformed"],
        ["in capitals", `sha256=${HEX.toUpperCase()}`, "signature malformed"],
        ["followed by junk", `sha256=${HEX}zz`, "signature malformed"],
        ["split by dashes", `sha256=${HEX.replace(/(..)/g, "$1-")}`, "signature malformed"],
        ["sent twice", `sha256=${HEX}, sha256=${HEX}`, "signature malformed"],
        ["of another body", OTHER_BODY, "signature mismatch"],
        ["of another secret", OTHER_SECRET, "signature mismatch"],
      ])("%s gets 401, the constant text and one record", async (_name, signature, reason) => {
        const bench = newBench();
        const answer = await bench.deliver(BODY, { "x-hub-signature-256": signature });
        expect([answer.status, await answer.json()]).toEqual([401, { error: "invalid signature" }]);
        expect(bench.log.records()).toEqual([
          expect.objectContaining({ level: "warn", msg: "delivery refused", reason, status: 401 }),
        ]);
        expect(bench.mailbox.signals).toEqual([]);
      });
    });

    describe("a signed body that is", () => {
      test.each<[string, string | Uint8Array<ArrayBuffer>, number, RegExp]>([
        ["empty", "", 400, /no JSON/],
        ["no JSON", "workflow_job=1", 400, /no JSON/],
        ["cut off", BODY.slice(0, -1), 400, /no JSON/],
        ["no UTF-8", Uint8Array.from([0xff, 0xfe, ...bytesOf("{}")]), 400, /no JSON/],
        [
          "UTF-16",
          Uint8Array.from(new Uint8Array(Uint16Array.from(BODY, (char) => char.charCodeAt(0)).buffer)),
          400,
          /no JSON/,
        ],
        ["of the wrong shape", JSON.stringify({ action: "queued", workflow_job: {} }), 400, /workflow_job\.id/],
        ["without repository", JSON.stringify({ ...workflowJob(1), repository: null }), 400, /repository/],
        ["null", "null", 202, /does not fit the body/],
        ["a number", "1", 202, /does not fit the body/],
      ])("%s neither crashes nor is stored", async (_name, body, status, text) => {
        const bench = newBench();
        const answer = await bench.deliver(body);
        expect(answer.status).toBe(status);
        expect(await answer.text()).toMatch(text);
        expect(bench.mailbox.signals).toEqual([]);
      });

      test("over 1 MiB gets 413, exactly 1 MiB does not", async () => {
        const bench = newBench();
        const fits = BODY.padEnd(MAX_BODY_BYTES, " ");
        expect((await bench.deliver(fits)).status).toBe(202);
        expect((await bench.deliver(`${fits} `)).status).toBe(413);
      });
    });

    test("a body in many chunks, characters split between them, is verified and read as one", async () => {
      const bench = newBench();
      const content = JSON.stringify(workflowJob(1, { job: { name: "бücher ✓ 🚀" } }));
      const bytes = bytesOf(content);
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull(controller) {
          if (sent === bytes.length) return controller.close();
          controller.enqueue(bytes.slice(sent, (sent += 1)));
        },
      });
      const init = { method: "POST", body, headers: await deliveryHeaders(content), duplex: "half" } as const;
      expect((await bench.send(new Request("http://127.0.0.1/webhook", init))).status).toBe(202);
      expect(bench.mailbox.signals).toMatchObject([{ jobName: "бücher ✓ 🚀" }]);
    });

    describe("a signed delivery with", () => {
      test.each<[string, HeaderChange, number, RegExp]>([
        ["no event", { "x-github-event": null }, 400, /X-GitHub-Event/],
        ["an event that is none", { "x-github-event": "WORKFLOW JOB" }, 400, /X-GitHub-Event/],
        ["no GUID", { "x-github-delivery": null }, 400, /X-GitHub-Delivery/],
        ["an empty GUID", { "x-github-delivery": "" }, 400, /X-GitHub-Delivery/],
        ["a GUID that is none", { "x-github-delivery": "'; DROP TABLE signals; --" }, 400, /X-GitHub-Delivery/],
        ["a GUID of a kilobyte", { "x-github-delivery": "a".repeat(1024) }, 400, /X-GitHub-Delivery/],
        [
          "a form as its content type",
          { "content-type": "application/x-www-form-urlencoded" },
          415,
          /application\/json/,
        ],
        ["no content type", { "content-type": "" }, 415, /application\/json/],
        ["a content type that begins alike", { "content-type": "application/jsonp" }, 415, /application\/json/],
      ])("%s is refused, and the answer says what to do", async (_name, headers, status, text) => {
        const bench = newBench();
        const answer = await bench.deliver(BODY, headers);
        expect(answer.status).toBe(status);
        expect(await answer.text()).toMatch(text);
        expect(bench.mailbox.signals).toEqual([]);
      });

      test("a hook id that is none is stored without it", async () => {
        const bench = newBench();
        expect((await bench.deliver(BODY, { "x-github-hook-id": "x" })).status).toBe(202);
        expect(bench.mailbox.signals).toMatchObject([{ hookId: null }]);
      });

      test.each(["application/json; charset=utf-8", "Application/JSON"])(
        "the content type %s is JSON",
        async (type) => {
          expect((await newBench().deliver(BODY, { "content-type": type })).status).toBe(202);
        },
      );
    });

    test.each(["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])(
      "%s is answered 405 and what is allowed",
      async (method) => {
        const answer = await newBench().send(new Request("http://127.0.0.1/webhook", { method }));
        expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
      },
    );

    test("no answer and no record holds a secret, a MAC or the body", async () => {
      const bench = newBench();
      const right = await sign(SECRETS.current, BODY);
      const wrong = await sign("some-other-secret", BODY);
      const answers = [
        await bench.deliver(BODY),
        await bench.deliver(BODY, { "x-hub-signature-256": wrong }),
        await bench.deliver(BODY, { "x-hub-signature-256": `${right} ` }),
        await bench.deliver(BODY, { "x-hub-signature-256": right.toUpperCase() }),
        await bench.deliver(BODY, { "x-github-delivery": null }),
        await bench.deliver("{}"),
      ];
      bench.mailbox.answer = () => {
        throw new Error("down");
      };
      answers.push(await bench.deliver(BODY));
      const texts = await Promise.all(answers.map((answer) => answer.text()));
      const heads = answers.map((answer) => JSON.stringify([...answer.headers]));
      const all = [...texts, ...heads, ...bench.log.lines].join("\n");
      expect(bench.log.lines.length).toBeGreaterThan(2);
      for (const secret of [SECRETS.current, SECRETS.previous, right.slice(7), wrong.slice(7), "head_branch"]) {
        expect(all).not.toContain(secret);
        expect(all.toLowerCase()).not.toContain(secret.toLowerCase());
      }
    });
  });
}
