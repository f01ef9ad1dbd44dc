import fc from "fast-check";
import { expect, test } from "vitest";

import { HOUR_MS, MINUTE_MS, WatchedLink } from "./watched-link.ts";

/** An agent that was here, has taken what there was, and has gone. */
function gone(rules = {}): WatchedLink {
  const edge = new WatchedLink(rules);
  edge.come();
  edge.leave();
  return edge;
}

test("an agent that is away for the time while a signal waits is told once, and once that it is back", () => {
  const edge = gone();
  edge.link.deliver(3);
  edge.pass(14 * MINUTE_MS);
  expect(edge.sent).toEqual([]);
  edge.pass(5 * HOUR_MS);
  expect(edge.sent).toMatchObject([
    { kind: "trouble", title: "Hookline (home): the agent is away", text: expect.stringContaining("3 signals wait") },
  ]);
  expect(edge.watchdog.dueMs()).toBeNull();
  edge.come();
  edge.pass(HOUR_MS);
  expect(edge.sent.slice(1)).toMatchObject([{ kind: "recovery", text: expect.stringContaining("away for 5 h") }]);
  expect(new Set(edge.sent.map(({ id }) => id)).size).toBe(2);
  edge.leave();
  edge.pass(20 * MINUTE_MS);
  expect(edge.kinds).toEqual(["trouble", "recovery", "trouble"]);
});

test("an agent that is back in time, or for which nothing waits, is nobody's trouble", () => {
  const edge = gone();
  edge.pass(48 * HOUR_MS);
  edge.link.deliver(1);
  expect(edge.watchdog.dueMs()).toBeLessThanOrEqual(edge.link.nowMs);
  edge.come();
  edge.acknowledge();
  edge.pass(HOUR_MS);
  edge.leave();
  edge.link.deliver(1);
  edge.pass(10 * MINUTE_MS);
  edge.come();
  edge.pass(HOUR_MS);
  expect(edge.sent).toEqual([]);
});

test("an agent that never came is away since the first signal", () => {
  const edge = new WatchedLink();
  edge.link.nowMs += HOUR_MS;
  edge.link.deliver(1, { receivedAtMs: edge.link.nowMs });
  edge.pass(10 * MINUTE_MS);
  expect(edge.sent).toEqual([]);
  edge.pass(6 * MINUTE_MS);
  expect(edge.kinds).toEqual(["trouble"]);
});

test("an agent that is silent behind an open socket is away since it was last heard of", () => {
  const edge = new WatchedLink();
  edge.come();
  const silent = edge.socket;
  edge.vanish();
  edge.link.deliver(1);
  edge.pass(5 * MINUTE_MS);
  expect(silent?.open).toBe(true);
  edge.link.server.tick();
  expect(silent?.open).toBe(false);
  edge.pass(9 * MINUTE_MS);
  expect(edge.kinds).toEqual([]);
  edge.pass(1 * MINUTE_MS);
  expect(edge.kinds).toEqual(["trouble"]);
});

test("a NAS that died on a quiet weekend is told where that is asked for, and not where it is not", () => {
  const [asked, other] = [gone({ silenceMs: 24 * HOUR_MS }), gone()];
  for (const edge of [asked, other]) edge.pass(23 * HOUR_MS);
  expect(asked.sent).toEqual([]);
  for (const edge of [asked, other]) edge.pass(72 * HOUR_MS);
  expect([asked.kinds, other.kinds]).toEqual([["trouble"], []]);
  expect(asked.sent[0]?.text).toContain("no signal waits");
  asked.come();
  asked.pass(HOUR_MS);
  expect(asked.kinds).toEqual(["trouble", "recovery"]);
});

test("while the agent is heard of, the silence rule wakes the mailbox once in its time", () => {
  const edge = new WatchedLink({ silenceMs: 24 * HOUR_MS });
  edge.come();
  expect(edge.watchdog.dueMs()).toBe(edge.link.nowMs + 24 * HOUR_MS);
  edge.pass(23 * HOUR_MS);
  expect(edge.watchdog.dueMs()).toBe(edge.link.nowMs + 24 * HOUR_MS);
  expect(edge.sent).toEqual([]);
});

test("a notice that is not taken is sent again under its id, later and later, and given up after eight tries", () => {
  const edge = gone();
  edge.takes = false;
  edge.link.deliver(1);
  edge.pass(HOUR_MS);
  expect(edge.watchdog.failure()).toMatchObject({ reason: "it answers 500" });
  edge.pass(48 * HOUR_MS);
  expect(edge.sent).toHaveLength(8);
  expect(new Set(edge.sent.map((notice) => JSON.stringify(notice))).size).toBe(1);
  expect([edge.watchdog.dueMs(), edge.watchdog.failure()?.tries]).toEqual([null, 8]);
  edge.takes = true;
  edge.come();
  edge.pass(HOUR_MS);
  expect([edge.kinds, edge.watchdog.failure()]).toEqual([["recovery"], null]);
});

test("a notice that is still tried when the agent is back gives way to the word that it is", () => {
  const edge = gone();
  edge.takes = false;
  edge.link.deliver(1);
  edge.pass(17 * MINUTE_MS);
  expect(edge.sent.length).toBeGreaterThan(1);
  edge.come();
  edge.takes = true;
  edge.pass(HOUR_MS);
  expect(edge.kinds).toEqual(["recovery"]);
});

test("an end between the answer and the mark sends the notice again, under the same id and in the same words", () => {
  const edge = gone();
  edge.dies = true;
  edge.link.deliver(1);
  edge.pass(15 * MINUTE_MS);
  expect(edge.sent).toHaveLength(1);
  edge.dies = false;
  edge.pass(HOUR_MS);
  expect(edge.sent).toHaveLength(2);
  expect(edge.sent[1]).toEqual(edge.sent[0]);
  expect(edge.watchdog.dueMs()).toBeNull();
});

test("a mailbox that forgets its memory at any moment tells neither twice nor never", () => {
  const step = fc.record({
    do: fc.constantFrom("come", "leave", "deliver", "acknowledge", "evict", "shut", "open", "pass"),
    minutes: fc.integer({ min: 1, max: 200 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.boolean(), (steps, silence) => {
      const edge = new WatchedLink({ silenceMs: silence ? 24 * HOUR_MS : null });
      for (const { do: what, minutes } of steps) {
        if (what === "come" && edge.socket === null) edge.come();
        if (what === "leave") edge.leave();
        if (what === "deliver") edge.link.deliver(1, { receivedAtMs: edge.link.nowMs });
        if (what === "acknowledge") edge.acknowledge();
        if (what === "evict") edge.link.edge.evict();
        if (what === "shut" || what === "open") edge.takes = what === "open";
        edge.pass(minutes * MINUTE_MS);
      }
      edge.takes = true;
      edge.pass(5 * HOUR_MS);
      const ids = edge.taken.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const told = [...new Map(edge.sent.map(({ id, kind }) => [id, kind])).values()];
      expect(told).toEqual(told.map((_, n) => (n % 2 === 0 ? "trouble" : "recovery")));
      edge.leave();
      edge.link.deliver(1, { receivedAtMs: edge.link.nowMs });
      edge.pass(20 * MINUTE_MS);
      expect(edge.link.mailbox.absence.get().toldSinceMs).not.toBeNull();
      edge.come();
      edge.pass(5 * HOUR_MS);
      expect(edge.kinds.at(-1)).toBe("recovery");
      expect(edge.link.mailbox.absence.get()).toMatchObject({ toldSinceMs: null, pending: null });
    }),
    { numRuns: 100 },
  );
});
