import { describe, expect, test } from "vitest";

import { NOTICE_RULES } from "../../../agent/settings/notice-rules.ts";
import { judged, MINUTE, noticesWorld, trouble } from "./notices-world.ts";

describe("people hear once of each trouble, and once that it is over", () => {
  test.each(NOTICE_RULES)("%s", async (rule) => {
    const { book, queued, clock } = noticesWorld();
    for (let n = 0; n < 5; n += 1) book.judge(judged([trouble(rule)]));
    expect(queued()).toEqual([`trouble ${rule}`]);
    for (let n = 0; n < 5; n += 1) {
      book.judge(judged([]));
      await clock.advance(MINUTE);
    }
    expect(queued()).toEqual([`trouble ${rule}`, `recovery ${rule}`]);
  });
});

test("what is over before it was worth a word is never told", async () => {
  const { book, queued, clock } = noticesWorld();
  book.judge(judged([trouble("link-down", { afterMs: 5 * MINUTE })]));
  await clock.advance(4 * MINUTE);
  book.judge(judged([]));
  await clock.advance(4 * MINUTE);
  book.judge(judged([trouble("link-down", { afterMs: 5 * MINUTE })]));
  expect(queued()).toEqual([]);
  await clock.advance(5 * MINUTE);
  book.judge(judged([trouble("link-down", { afterMs: 5 * MINUTE })]));
  expect(queued()).toEqual(["trouble link-down"]);
});

test("a trouble that comes and goes is one trouble", async () => {
  const { book, queued, clock } = noticesWorld();
  for (let n = 0; n < 10; n += 1) {
    book.judge(judged(n % 2 === 0 ? [trouble("docker-down")] : []));
    await clock.advance(MINUTE);
  }
  expect(queued()).toEqual(["trouble docker-down"]);
});

test("what cannot be judged is not over", async () => {
  const { book, queued, clock } = noticesWorld();
  book.judge(judged([trouble("dead-letters")]));
  for (let n = 0; n < 10; n += 1) {
    await clock.advance(MINUTE);
    book.judge(judged([], ["dead-letters"]));
  }
  expect(queued()).toEqual(["trouble dead-letters"]);
});

test("at night nobody is woken; what still holds in the morning is told then", async () => {
  let night = true;
  const { book, queued, clock } = noticesWorld({ isQuiet: () => night });
  book.judge(judged([trouble("link-down"), trouble("disk-low")]));
  await clock.advance(MINUTE);
  book.judge(judged([trouble("disk-low")]));
  expect(queued()).toEqual([]);
  night = false;
  book.judge(judged([trouble("disk-low")]));
  expect(queued()).toEqual(["trouble disk-low"]);
});

test("a bad hour is a dozen notices; the others follow if they still hold", async () => {
  const { book, queued, clock } = noticesWorld();
  const many = Array.from({ length: 30 }, (_, n) => trouble("slots-fail", { key: `slots-fail ${n}` }));
  book.judge(judged(many));
  expect(queued()).toHaveLength(12);
  await clock.advance(60 * MINUTE);
  book.judge(judged(many.slice(0, 14)));
  expect(queued()).toHaveLength(14);
});

test("a rule that was switched off is silent", () => {
  const { book, queued } = noticesWorld({ without: ["image-old"] });
  book.judge(judged([trouble("image-old"), trouble("disk-low")]));
  expect(queued()).toEqual(["trouble disk-low"]);
});

test("after a restart nothing is told twice, and its end is told all the same", async () => {
  const first = noticesWorld();
  first.book.judge(judged([trouble("disk-low")]));
  await first.send();
  const { book, queued, clock } = noticesWorld({ sql: first.sql });
  book.judge(judged([trouble("disk-low")]));
  expect(queued()).toEqual([]);
  book.judge(judged([]));
  await clock.advance(2 * MINUTE);
  book.judge(judged([]));
  expect(queued()).toEqual(["recovery disk-low"]);
});
