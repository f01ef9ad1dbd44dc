import { expect, test } from "vitest";

import { errorFields, messageOf, reasonOf, toFailure } from "../../../shared/errors/message-of.ts";
import { OperatorError } from "../../../shared/errors/operator-error.ts";

class PoolError extends OperatorError<"no-pool"> {}
const ours = new PoolError("no-pool", "There is no pool x.", "The pools are: nas.");
const refused = Object.assign(new Error("connect ECONNREFUSED 192.0.2.1:443"), { code: "ECONNREFUSED" });

test.each<[string, unknown, string]>([
  ["an error", new Error("disk full"), "disk full"],
  ["a text", "disk full", "disk full"],
  ["nothing", undefined, "undefined"],
  ["one of several without words of its own", new AggregateError([refused, new Error("other")]), refused.message],
  ["several with words of their own", new AggregateError([refused], "all addresses failed"), "all addresses failed"],
  ["an error without words", new Error("", { cause: refused }), refused.message],
  ["an error with a code alone", Object.assign(new Error(""), { code: "ETIMEDOUT" }), "ETIMEDOUT"],
  ["an error with nothing at all", new TypeError(""), "TypeError"],
])("%s speaks, and never in an empty text", (_, thrown, said) => {
  expect(messageOf(thrown)).toBe(said);
});

test("the innermost reason of what only wraps it is told", () => {
  expect(reasonOf(new TypeError("fetch failed", { cause: new AggregateError([refused]) }))).toBe(refused.message);
  expect(reasonOf(new PoolError("no-pool", "There is no pool x.", "", { cause: refused }))).toBe("There is no pool x.");
});

test("an error of the family keeps its code and remedy, whoever asks, and its class's name", () => {
  expect(ours).toMatchObject({ name: "PoolError", code: "no-pool" });
  expect(toFailure(ours)).toEqual({ code: "no-pool", message: ours.message, remedy: ours.remedy });
  expect(errorFields(ours)).toEqual({ reason: ours.message, remedy: ours.remedy });
  expect(toFailure(refused)).toEqual({ code: "failed", message: refused.message });
});
