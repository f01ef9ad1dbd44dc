import { expect, test } from "vitest";

import { whoAnswers } from "../../../agent/edge/who-answers.ts";

const page = "text/html; charset=UTF-8";

test.each([
  [
    "Cloudflare Access before the host",
    302,
    { location: "https://acme.cloudflareaccess.com/cdn-cgi/access/login/x" },
    /Access/,
  ],
  [
    "a Worker behind Access, for the upgrade",
    403,
    { server: "cloudflare", "content-type": page },
    /Access.*firewall rule/,
  ],
  ["Bot Fight Mode", 403, { server: "cloudflare", "cf-mitigated": "challenge" }, /Bot Fight Mode/],
  ["the free plan's limit", 429, { server: "cloudflare" }, /00:00 UTC/],
  ["a captive portal", 511, {}, /captive portal|network asks/],
  ["a portal that redirects", 302, { location: "http://login.hotel.example/" }, /login\.hotel\.example/],
  ["a Worker that is not there", 404, { server: "cloudflare" }, /HOOKLINE_EDGE_URL/],
  ["a host whose origin is down", 522, { server: "cloudflare" }, /route|origin/],
] as const)("H11: %s is named, with the remedy", (_who, status, headers, expected) => {
  const found = whoAnswers(status, new Headers(headers));
  expect(`${found?.who}: ${found?.remedy}`).toMatch(expected);
});

test.each([200, 401, 426, 500, 503])("H11: %i may well be the Worker's own answer", (status) => {
  expect(whoAnswers(status, new Headers({ server: "cloudflare" }))).toBeNull();
});
