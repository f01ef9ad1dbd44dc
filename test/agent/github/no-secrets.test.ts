import { inspect } from "node:util";

import fc from "fast-check";
import { expect, test } from "vitest";

import { Redactor } from "../../../agent/github/http/redaction.ts";
import { GitHubError } from "../../../agent/github/model/types.ts";
import { GO, JIT, makeClient, ORGANIZATION } from "./client-fixture.ts";
import { startScriptedServer, type Reply, type SeenRequest } from "./scripted-server.ts";

const letters = (characters: string, minLength: number) =>
  fc.string({ unit: fc.constantFrom(...characters.split("")), minLength, maxLength: minLength + 40 });
const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const token = fc.oneof(
  letters(ALPHANUMERIC, 36).map((rest) => `ghp_${rest}`),
  letters(`${ALPHANUMERIC}_`, 60).map((rest) => `github_pat_${rest}`),
  // Tokens without a shape that is known: only remembering them helps.
  letters(`${ALPHANUMERIC}!#$%&'*+.^|~-`, 20),
);
const status = fc.constantFrom(200, 201, 301, 400, 401, 403, 404, 409, 418, 422, 429, 500);

/** Hands the credential back in every place from which an error takes text. */
function echo(code: number, padding: string): (request: SeenRequest) => Reply {
  return ({ headers }) => {
    const authorization = headers["authorization"] ?? "";
    const bare = authorization.replace("Bearer ", "");
    return {
      status: code,
      headers: {
        "x-accepted-github-permissions": bare,
        "x-oauth-scopes": authorization,
        "content-type": authorization,
      },
      body:
        code < 300
          ? `{"${bare}": ${JSON.stringify(padding)}`
          : { message: `${padding}${authorization} and ${bare}`, errors: [bare] },
    };
  };
}

/** All that a caller could print of an outcome. */
function everythingIn(outcome: unknown, logLines: readonly string[]): string {
  const told = outcome instanceof GitHubError ? `${outcome.message}\n${outcome.remedy}\n${outcome.stack}` : "";
  return [told, inspect(outcome, { depth: 10 }), JSON.stringify(outcome), ...logLines].join("\n");
}

test("no credential comes back in an error or a log line, whatever GitHub answers", async () => {
  let reply: (request: SeenRequest) => Reply = () => ({ status: 500 });
  await using server = await startScriptedServer((request) => reply(request));
  await fc.assert(
    fc.asyncProperty(token, status, fc.string({ maxLength: 320 }), async (secret, code, padding) => {
      reply = echo(code, padding);
      const { client, logLines } = makeClient(server.url, { credential: { kind: "token", token: secret } });
      for (const call of [
        () => client.createJitRunner(ORGANIZATION, JIT, GO),
        () => client.listRunners(ORGANIZATION, GO),
      ]) {
        const outcome = await call().catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(GitHubError);
        expect(everythingIn(outcome, logLines)).not.toContain(secret);
      }
      expect(inspect(client, { depth: 10, showHidden: true })).not.toContain(secret);
    }),
    { numRuns: 150 },
  );
});

test("a JIT configuration that came in an answer of the wrong shape is not told", async () => {
  const secret = "eyJhbGciOiJub25lIn0aVeryLongJitConfiguration";
  await using server = await startScriptedServer(() => ({
    status: 201,
    body: { runner: { id: secret }, encoded_jit_config: secret, [secret]: 1 },
  }));
  const { client, logLines } = makeClient(server.url);
  const outcome = await client.createJitRunner(ORGANIZATION, JIT, GO).catch((error: unknown) => error);
  expect(outcome).toMatchObject({ code: "unexpected" });
  expect(everythingIn(outcome, logLines)).not.toContain(secret);
});

test("a repeated call is logged, without its credential", async () => {
  await using server = await startScriptedServer((request, index) => (index === 0 ? "drop" : echo(404, "")(request)));
  const { client, clock, logLines } = makeClient(server.url);
  await clock.runUntil(client.listRunners(ORGANIZATION, GO)).catch(() => {});
  expect(logLines).toHaveLength(1);
  expect(JSON.parse(logLines[0] ?? "")).toMatchObject({ msg: "github call repeated", code: "network" });
  expect(logLines[0]).not.toContain("ghp_");
});

test("text from outside is cut after its secrets are taken out, and holds no control character", () => {
  const redactor = new Redactor();
  redactor.remember("s3cret-without-a-shape");
  const text = redactor.clean(`${"x".repeat(490)}s3cret-without-a-shape\n\u001b[31mred`);
  expect(text).toMatch(/^x{490}\[redacted\]…$/);
  expect(redactor.clean("a\r\nb\u0000c\u202ed")).toBe("a b c d");
});

test("a redactor remembers the latest secrets, and a bounded number of them", () => {
  const redactor = new Redactor();
  for (let index = 0; index < 100; index++) redactor.remember(`secret-number-${index}-`);
  expect(redactor.clean("secret-number-99- secret-number-36-")).toBe("[redacted] [redacted]");
  expect(redactor.clean("secret-number-35-")).toBe("secret-number-35-");
});
