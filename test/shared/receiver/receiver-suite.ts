import { describe, expect, test } from "vitest";

import { MailboxUnavailable } from "../../../shared/receiver/mailbox-port.ts";
import { PING, workflowJob } from "../../samples/payload.ts";
import { sign } from "../../samples/sign.ts";
import { guid } from "../../samples/signal.ts";
import { SECRETS, type NewBench } from "./receiver-bench.ts";

/** The receiver's answers, through whichever door requests reach it. */
export function describeReceiver(door: string, newBench: NewBench): void {
  describe(`through ${door}`, () => {
    describe("a signed workflow_job", () => {
      test("is stored with what its body and headers say, and answered 202 with its number (promise 1)", async () => {
        const bench = newBench();
        const answer = await bench.deliver(workflowJob(1));
        expect(answer.status).toBe(202);
        expect(await answer.json()).toEqual({ status: "stored", seq: 1 });
        expect(bench.mailbox.signals).toMatchObject([
          {
            guid: guid(1),
            hookId: "4711",
            jobId: 1001,
            status: "queued",
            receivedAtMs: bench.nowMs,
            labels: ["self-hosted", "linux"],
          },
        ]);
      });

      test("is answered 202 as a duplicate when the mailbox has it", async () => {
        const bench = newBench();
        bench.mailbox.answer = () => ({ kind: "duplicate", seq: 7 });
        const answer = await bench.deliver(workflowJob(1));
        expect([answer.status, await answer.json()]).toEqual([202, { status: "duplicate", seq: 7 }]);
      });

      test("is taken with the previous secret during a rotation", async () => {
        const bench = newBench();
        const body = JSON.stringify(workflowJob(1));
        const answer = await bench.deliver(body, { "x-hub-signature-256": await sign(SECRETS.previous, body) });
        expect(answer.status).toBe(202);
      });

      test("E8 of an action, a status and a conclusion of tomorrow is stored", async () => {
        const bench = newBench();
        const job = { status: "paused", conclusion: "unheard_of" };
        expect((await bench.deliver(workflowJob(1, { action: "paused", job }))).status).toBe(202);
        expect(bench.mailbox.signals).toMatchObject([{ action: "paused", ...job }]);
      });

      test("with empty labels and without a runner is stored", async () => {
        const bench = newBench();
        expect((await bench.deliver(workflowJob(1, { job: { labels: [], runner_name: null } }))).status).toBe(202);
        expect(bench.mailbox.signals).toMatchObject([{ labels: [], runnerName: null }]);
      });

      test("led by a byte order mark is verified as sent and read", async () => {
        const bench = newBench();
        const answer = await bench.deliver(`\ufeff${JSON.stringify(workflowJob(1))}`);
        expect([answer.status, bench.mailbox.signals.length]).toEqual([202, 1]);
      });

      test.each([
        ["owner", "no pool serves this repository"],
        ["labels", "no pool has these labels"],
      ] as const)("foreign by its %s is answered 202 with the reason", async (reason, text) => {
        const bench = newBench();
        bench.mailbox.answer = () => ({ kind: "foreign", reason });
        const answer = await bench.deliver(workflowJob(1));
        expect([answer.status, await answer.json()]).toEqual([202, { status: "ignored", reason: text }]);
      });
    });

    describe("what is merely not ours is never red", () => {
      test("a ping is answered 202 and noted each time", async () => {
        const bench = newBench();
        for (const n of [1, 2]) {
          const answer = await bench.deliver(PING, { "x-github-event": "ping", "x-github-delivery": guid(n) });
          expect([answer.status, await answer.json()]).toEqual([202, { status: "ping", reason: "ping" }]);
        }
        expect(bench.mailbox.notes.map(({ kind }) => kind)).toEqual(["ping", "ping"]);
      });

      test("another event is answered 202 with its name", async () => {
        const bench = newBench();
        const answer = await bench.deliver({ ref: "refs/heads/main" }, { "x-github-event": "push" });
        expect([answer.status, await answer.json()]).toEqual([202, { status: "ignored", reason: "event push" }]);
        expect(bench.mailbox.signals).toEqual([]);
      });

      test.each([
        ["workflow_job", PING],
        ["ping", workflowJob(1)],
        ["push", workflowJob(1)],
        ["workflow_job", []],
      ])(
        "the unsigned event name %s that contradicts the signed body makes no signal and no ping",
        async (event, body) => {
          const bench = newBench();
          const answer = await bench.deliver(body, { "x-github-event": event });
          const reason = "the event name does not fit the body";
          expect([answer.status, await answer.json()]).toEqual([202, { status: "ignored", reason }]);
          expect(bench.mailbox.signals).toEqual([]);
          expect(bench.mailbox.notes.map(({ kind }) => kind)).toEqual(["ignored"]);
        },
      );

      test("a note that is lost does not turn the answer red", async () => {
        const bench = newBench();
        bench.mailbox.failNotes = true;
        expect((await bench.deliver(PING, { "x-github-event": "ping" })).status).toBe(202);
        expect(bench.log.records()).toContainEqual(
          expect.objectContaining({ level: "warn", msg: "freshness note lost" }),
        );
      });
    });

    describe("a delivery that could not be stored is red", () => {
      test.each([
        ["the mailbox's own time", new MailboxUnavailable("overloaded", 60), "60", "overloaded"],
        ["ten seconds otherwise", new Error("disk full"), "10", "disk full"],
        ["ten seconds whatever was thrown", "nothing useful", "10", "nothing useful"],
      ])("503 with Retry-After: %s (promise 1)", async (_name, error, retryAfter, reason) => {
        const bench = newBench();
        bench.mailbox.answer = () => {
          throw error;
        };
        const answer = await bench.deliver(workflowJob(1));
        expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, retryAfter]);
        expect(await answer.json()).toEqual({ error: "the mailbox is unavailable", reason });
        expect(bench.log.records()).toContainEqual(expect.objectContaining({ level: "error", guid: guid(1) }));
      });

      test("500 while no secret is configured, whatever is sent", async () => {
        const bench = newBench(null);
        expect((await bench.deliver(workflowJob(1))).status).toBe(500);
        expect((await bench.deliver(workflowJob(1), { "x-hub-signature-256": null })).status).toBe(500);
        expect(bench.mailbox.signals).toEqual([]);
        expect(bench.log.records()).toContainEqual(expect.objectContaining({ level: "error" }));
      });
    });

    describe("what strangers and other people's jobs can ask of the mailbox is bounded", () => {
      test("requests without GitHub's headers or without a signature of its form never reach it", async () => {
        const bench = newBench();
        const bare = { "x-github-delivery": null, "x-hub-signature-256": null };
        for (let n = 0; n < 3; n += 1) await bench.deliver(workflowJob(1), bare);
        for (const signature of ["", "foo", `sha256=${"g".repeat(64)}`]) {
          await bench.deliver(workflowJob(1), { "x-hub-signature-256": signature });
        }
        expect([bench.mailbox.notes, bench.mailbox.signals]).toEqual([[], []]);
      });

      test("a hook without a secret, which signs nothing, shows within a minute", async () => {
        const bench = newBench();
        for (let n = 0; n < 5; n += 1) await bench.deliver(workflowJob(1), { "x-hub-signature-256": null });
        expect(bench.mailbox.notes).toMatchObject([{ kind: "rejected", counts: { missing: 1 } }]);
        bench.nowMs += 60_000;
        await bench.deliver(workflowJob(1), { "x-hub-signature-256": null });
        expect(bench.mailbox.notes.at(-1)).toMatchObject({ kind: "rejected", counts: { missing: 5, mismatch: 0 } });
      });

      test("wrong signatures reach it once a minute, with the count of all refusals", async () => {
        const bench = newBench();
        const wrong = { "x-hub-signature-256": `sha256=${"0".repeat(64)}` };
        for (let n = 0; n < 5; n += 1) await bench.deliver(workflowJob(1), wrong);
        await bench.deliver(workflowJob(1), { "x-hub-signature-256": null });
        expect(bench.mailbox.notes).toMatchObject([
          { kind: "rejected", counts: { missing: 0, malformed: 0, mismatch: 1 } },
        ]);
        bench.nowMs += 60_000;
        await bench.deliver(workflowJob(1), wrong);
        expect(bench.mailbox.notes.at(-1)).toMatchObject({
          kind: "rejected",
          counts: { missing: 1, malformed: 0, mismatch: 5 },
        });
        expect(bench.mailbox.notes).toHaveLength(2);
      });

      test("ignored events are noted once a minute for each hook", async () => {
        const bench = newBench();
        const push = { "x-github-event": "push" };
        for (let n = 0; n < 5; n += 1) await bench.deliver({}, push);
        await bench.deliver({}, { ...push, "x-github-hook-id": "9" });
        expect(bench.mailbox.notes.map((note) => note.kind === "ignored" && note.hookId)).toEqual(["4711", "9"]);
        bench.nowMs += 60_000;
        await bench.deliver({}, push);
        expect(bench.mailbox.notes).toHaveLength(3);
      });

      test("E-8: one signed body under fresh GUIDs is stored four times an hour, then counted and not stored", async () => {
        const bench = newBench();
        const answers: unknown[] = [];
        for (let n = 1; n <= 10; n += 1) {
          const answer = await bench.deliver(workflowJob(1), { "x-github-delivery": guid(n) });
          answers.push([answer.status, await answer.json()]);
        }
        expect(bench.mailbox.signals).toHaveLength(4);
        expect(answers.slice(4)).toEqual(
          answers.slice(4).map(() => [202, { status: "ignored", reason: "duplicate body" }]),
        );
        const said = bench.log.records().filter(({ msg }) => msg === "one body under many GUIDs; not stored");
        expect(said.length).toBe(1);
        await bench.deliver(workflowJob(1), { "x-github-delivery": guid(3) });
        await bench.deliver(workflowJob(2), { "x-github-delivery": guid(11) });
        expect(bench.mailbox.signals).toHaveLength(6);
        bench.nowMs += 60 * 60_000;
        await bench.deliver(workflowJob(1), { "x-github-delivery": guid(12) });
        expect(bench.mailbox.signals).toHaveLength(7);
      });

      test("E-8: one signed ping is noted twenty times an hour at most, whatever its unsigned headers say", async () => {
        const bench = newBench();
        for (let n = 1; n <= 60; n += 1) {
          const unsigned = { "x-github-delivery": guid(n % 30), "x-github-hook-id": String(n) };
          await bench.deliver(PING, { "x-github-event": "ping", ...unsigned });
        }
        expect(bench.mailbox.notes).toHaveLength(20);
      });

      test("E-7: jobs of a repository and labels that it turned away are asked about again after five seconds", async () => {
        const bench = newBench();
        bench.mailbox.answer = () => ({ kind: "foreign", reason: "labels" });
        const hosted = { job: { labels: ["ubuntu-latest"] } };
        for (let n = 1; n <= 5; n += 1) {
          const answer = await bench.deliver(workflowJob(n, hosted), { "x-github-delivery": guid(n) });
          expect(await answer.json()).toEqual({ status: "ignored", reason: "no pool has these labels" });
        }
        expect(bench.mailbox.signals).toHaveLength(1);
        await bench.deliver(workflowJob(6), { "x-github-delivery": guid(6) });
        expect(bench.mailbox.signals).toHaveLength(2);
        bench.nowMs += 4999;
        await bench.deliver(workflowJob(8, hosted), { "x-github-delivery": guid(8) });
        expect(bench.mailbox.signals).toHaveLength(2);
        bench.nowMs += 1;
        await bench.deliver(workflowJob(7, hosted), { "x-github-delivery": guid(7) });
        expect(bench.mailbox.signals).toHaveLength(3);
      });
    });
  });
}
