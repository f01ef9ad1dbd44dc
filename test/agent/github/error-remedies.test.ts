import { expect, test } from "vitest";

import type { GitHubErrorCode } from "../../../agent/github/model/types.ts";
import { failureOf, GO, JIT, makeClient, ORGANIZATION, REPOSITORY } from "./client-fixture.ts";
import { startScriptedServer, type Reply } from "./scripted-server.ts";

interface Case {
  readonly title: string;
  readonly reply: Reply;
  readonly code: GitHubErrorCode;
  readonly message: RegExp;
  readonly remedy: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: "401",
    reply: { status: 401, body: { message: "Bad credentials", documentation_url: "https://docs.github.com/rest" } },
    code: "unauthorized",
    message: /^GitHub answered 401 to POST \/orgs\/acme\/actions\/runners\/generate-jitconfig: Bad credentials$/,
    remedy: /GITHUB_TOKEN is complete, not expired and not revoked/,
  },
  {
    title: "403 to a fine-grained token",
    reply: {
      status: 403,
      headers: { "x-accepted-github-permissions": "organization_self_hosted_runners=write" },
      body: { message: "Resource not accessible by personal access token" },
    },
    code: "forbidden",
    message: /403 .*not accessible/,
    remedy: /Give the token this permission: organization_self_hosted_runners=write/,
  },
  {
    title: "403 to a classic token",
    reply: {
      status: 403,
      headers: { "x-oauth-scopes": "repo, gist", "x-accepted-oauth-scopes": "admin:org" },
      body: { message: "Must have admin rights" },
    },
    code: "forbidden",
    message: /403 .*Must have admin rights/,
    remedy: /has the scopes \[repo, gist\]; this call takes one of \[admin:org\]/,
  },
  {
    title: "403 for want of single sign-on",
    reply: {
      status: 403,
      headers: { "x-github-sso": "required; url=https://github.com/orgs/acme/sso?authorization_request=AAAA" },
      body: { message: "Resource protected by organization SAML enforcement." },
    },
    code: "forbidden",
    message: /SAML/,
    remedy: /Authorize the token for the organization's single sign-on/,
  },
  {
    title: "403 that names nothing",
    reply: { status: 403, body: { message: "Forbidden" } },
    code: "forbidden",
    message: /403/,
    remedy: /Self-hosted runners write \(organizations\) or Administration write \(repositories\)/,
  },
  {
    title: "F11: 403 because the installation is suspended",
    reply: { status: 403, body: { message: "This installation has been suspended" } },
    code: "forbidden",
    message: /suspended/,
    remedy: /^Unsuspend the App's installation/,
  },
  {
    title: "F12: 403 because of an IP allow list, to a token that has every scope",
    reply: {
      status: 403,
      headers: { "x-oauth-scopes": "admin:org, repo", "x-accepted-oauth-scopes": "admin:org" },
      body: {
        message:
          "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow list enabled, and your IP address is not permitted to access this resource.",
      },
    },
    code: "forbidden",
    message: /IP allow list/,
    remedy: /^Add this machine's address to the organization's IP allow list/,
  },
  {
    title: "F12: 403 for a classic token that the organization refuses",
    reply: {
      status: 403,
      headers: { "x-oauth-scopes": "admin:org, repo" },
      body: { message: "`acme` forbids access via a personal access token (classic). Please use a GitHub App." },
    },
    code: "forbidden",
    message: /forbids access/,
    remedy: /^Use a credential that the organization admits/,
  },
  {
    title: "F12: 403 in words that nobody here knows, to a token that lacks nothing",
    reply: {
      status: 403,
      headers: { "x-oauth-scopes": "admin:org, repo", "x-accepted-oauth-scopes": "admin:org" },
      body: { message: "Repository level self-hosted runners are disabled on this repository." },
    },
    code: "forbidden",
    message: /are disabled/,
    remedy: /^Do what GitHub's message asks for: "Repository level self-hosted runners are disabled/,
  },
  {
    title: "F22: 404 of an organization that may be a personal account",
    reply: { status: 404, body: { message: "Not Found" } },
    code: "not-found",
    message: /404 .*Not Found/,
    remedy: /If acme is a personal account.*repositories/,
  },
  {
    title: "404",
    reply: { status: 404, headers: { "x-oauth-scopes": "repo" }, body: { message: "Not Found" } },
    code: "not-found",
    message: /404 .*Not Found/,
    remedy: /Check the name in config\/pools\.yaml.*admin:org/,
  },
  {
    title: "409",
    reply: { status: 409, body: { message: "Already exists - A runner with the name 'hl-1' already exists." } },
    code: "conflict",
    message: /409 .*hl-1/,
    remedy: /a name that was never used before/,
  },
  {
    title: "422",
    reply: {
      status: 422,
      body: {
        message: "Validation Failed",
        errors: [{ resource: "Runner", message: "labels is too long" }, { code: "odd" }, "and more"],
      },
    },
    code: "invalid",
    message: /422 .*Validation Failed; labels is too long; and more/,
    remedy: /labels, runner group and work folder in config\/pools\.yaml/,
  },
  {
    title: "422 with error details that are no list",
    reply: { status: 422, body: { message: "Validation Failed", errors: { labels: "too long" } } },
    code: "invalid",
    message: /422 .*: Validation Failed$/,
    remedy: /config\/pools\.yaml/,
  },
  {
    title: "429",
    reply: { status: 429, headers: { "retry-after": "30" }, body: { message: "Slow down" } },
    code: "rate-limited",
    message: /429/,
    remedy: /goes on by itself at 2026-11-02T08:00:30\.000Z/,
  },
  {
    title: "500",
    reply: { status: 500, body: { message: "Server Error" } },
    code: "unavailable",
    message: /500/,
    remedy: /githubstatus\.com/,
  },
  {
    title: "502 with a page",
    reply: { status: 502, body: "<html>unicorn</html>" },
    code: "unavailable",
    message: /answered 502 to .*generate-jitconfig\.$/,
    remedy: /githubstatus/,
  },
  {
    title: "301",
    reply: { status: 301, headers: { location: "/elsewhere" }, body: { message: "Moved" } },
    code: "unexpected",
    message: /301/,
    remedy: /renamed or moved/,
  },
  { title: "418", reply: { status: 418, body: {} }, code: "unexpected", message: /418/, remedy: /GITHUB_API_URL/ },
  {
    title: "no JSON",
    reply: { status: 201, headers: { "content-type": "text/html" }, body: "<p>sign in to the hotel</p>" },
    code: "unexpected",
    message: /no JSON but text\/html/,
    remedy: /proxy/,
  },
  {
    title: "an empty answer",
    reply: { status: 201 },
    code: "unexpected",
    message: /no JSON/,
    remedy: /GITHUB_API_URL/,
  },
  {
    title: "missing fields",
    reply: { status: 201, body: { runner: { id: "7" } } },
    code: "unexpected",
    message: /runner\.id: .*runner\.name: /,
    remedy: /update Hookline/,
  },
  {
    title: "an answer that is a list",
    reply: { status: 201, body: [] },
    code: "unexpected",
    message: /the answer: /,
    remedy: /update Hookline/,
  },
  {
    title: "a connection that is cut",
    reply: "drop",
    code: "network",
    message: /No answer from GitHub .*(?:UND_ERR_SOCKET|ECONNRESET).*may have done/,
    remedy: /DNS, the route and any proxy/,
  },
  {
    title: "no answer at all",
    reply: "hang",
    code: "timeout",
    message: /no answer to POST .* within 200 ms.*may have done/,
    remedy: /connection to GitHub/,
  },
];

test.for(CASES)("an operator learns what to do about $title", async ({ reply, code, message, remedy }) => {
  await using server = await startScriptedServer(() => reply);
  // A short deadline is for the case that waits for it; a machine that is busy misses it with any answer.
  const { client } = makeClient(server.url, reply === "hang" ? { deadlineMs: 200 } : {});
  const error = await failureOf(client.createJitRunner(ORGANIZATION, JIT, GO));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
  expect(error.remedy).toMatch(remedy);
  expect(error.status).toBe(typeof reply === "string" ? null : reply.status);
  expect(server.seen).toHaveLength(1);
});

test("an operator learns of a GitHub that cannot be reached", async () => {
  const server = await startScriptedServer(() => "hang");
  await server[Symbol.asyncDispose]();
  const error = await failureOf(makeClient(server.url).client.createJitRunner(REPOSITORY, JIT, GO));
  expect(error).toMatchObject({ code: "network", status: null });
  expect(error.message).toMatch(/ECONNREFUSED/);
});

test("a caller that gives up gets its own reason, not an error of GitHub's", async () => {
  await using server = await startScriptedServer(() => "hang");
  const { client } = makeClient(server.url);
  const abort = new AbortController();
  const call = client.listRunners(ORGANIZATION, abort.signal);
  const reason = new Error("shutting down");
  abort.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test.for([
  ["ftp://api.github.com"],
  ["api.github.com"],
  ["https://jo:secret@api.github.com"],
  ["https://api.github.com?x=1"],
  [""],
])("an API address that cannot be right is refused at the start: %s", ([apiUrl = ""]) => {
  expect(() => makeClient(apiUrl)).toThrow(/address of GitHub's REST API/);
});

test.for([[""], ["  \n"], ["two words"], ["ghp_ü"], ["ghp_a\nghp_b"]])(
  "a token that cannot be one is refused at the start: %j",
  async ([token = ""]) => {
    const error = await failureOf(
      (async () => makeClient("http://127.0.0.1:1", { credential: { kind: "token", token } }))(),
    );
    expect(error.code).toBe("unauthorized");
    expect(error.remedy).toMatch(/GITHUB_TOKEN/);
    if (token.trim() !== "") expect(error.message).not.toContain(token.trim());
  },
);

test("a token file with a line break at its end works", async () => {
  await using server = await startScriptedServer(() => ({ status: 204 }));
  const { client } = makeClient(server.url, { credential: { kind: "token", token: "ghp_abc\n" } });
  await client.deleteRunner(ORGANIZATION, 7, GO);
  expect(server.seen[0]?.headers["authorization"]).toBe("Bearer ghp_abc");
});
