import { expect, test } from "vitest";

import { nextPage } from "../../../agent/github/http/next-page.ts";

const NEXT = "https://api.github.com/organizations/9/actions/runners?per_page=100&page=2";

test.for<[string | null, string | null]>([
  [`<${NEXT}>; rel="next", <https://api.github.com/x?page=4>; rel="last"`, NEXT],
  [`<https://api.github.com/x?page=1>; rel="prev", <${NEXT}>; rel="next"`, NEXT],
  [`<${NEXT}>;rel=next`, NEXT],
  [`<${NEXT}>; title="a"; rel="next"`, NEXT],
  [`<${NEXT}>; rel="last next"`, NEXT],
  ['<https://api.github.com/x?a=1,2&page=2>; rel="next"', "https://api.github.com/x?a=1,2&page=2"],
  [`<https://api.github.com/x?page=1>; rel="prev", <https://api.github.com/x?page=4>; rel="last"`, null],
  [`<${NEXT}>; rel="nextish"`, null],
  [`<${NEXT}>; title="next"`, null],
  [`<${NEXT}>`, null],
  ['rel="next"', null],
  ["<>; rel=next", ""],
  ["", null],
  [null, null],
])("the next page of %j is %j", ([link, expected]) => {
  expect(nextPage(link)).toBe(expected);
});
