import { expect, test } from "vitest";

import { EtagCache } from "../../../agent/github/http/etag-cache.ts";

const answer = (json: string) => ({ etag: '"1"', json, nextUrl: null });

test("the answer that was used longest ago gives way", () => {
  const cache = new EtagCache(2);
  cache.set("a", answer("1"));
  cache.set("b", answer("2"));
  cache.get("a");
  cache.set("c", answer("3"));
  expect([cache.get("a")?.json, cache.get("b")?.json, cache.get("c")?.json]).toEqual(["1", undefined, "3"]);
});

test("answers are kept by their length, however few they are", () => {
  const cache = new EtagCache(100, 10);
  cache.set("a", answer("123456"));
  cache.set("b", answer("1234"));
  expect(cache.size).toBe(2);
  cache.set("b", answer("12345"));
  expect([cache.get("a"), cache.get("b")?.json]).toEqual([null, "12345"]);
  cache.set("c", answer("12345678901"));
  expect([cache.get("b")?.json, cache.get("c")]).toEqual(["12345", null]);
});

test("an answer that grew too long to keep is not answered by its older self", () => {
  const cache = new EtagCache(100, 10);
  cache.set("a", answer("1"));
  cache.set("a", answer("12345678901"));
  expect(cache.get("a")).toBeNull();
});
