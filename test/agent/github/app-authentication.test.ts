import { generateKeyPairSync, type KeyObject } from "node:crypto";

import { jwtVerify } from "jose";
import { expect, test } from "vitest";

import {
  failureOf,
  GO,
  JIT,
  makeClient,
  ORGANIZATION,
  REPOSITORY,
  runnerAnswer,
  runnersAnswer,
} from "./client-fixture.ts";
import { startScriptedServer, type Reply, type SeenRequest } from "./scripted-server.ts";
import type { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const MINUTE_MS = 60_000;
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
/** PKCS#1, as GitHub hands it out. */
const PEM = privateKey.export({ type: "pkcs1", format: "pem" }).toString();

interface AppScript {
  /** Overrides of the installation's answers, by `METHOD path`. */
  readonly replies?: Record<string, (request: SeenRequest) => Reply | undefined>;
}

/** A GitHub with one App, installed once, whose tokens are numbered. */
function appScript(clock: () => VirtualClock, { replies = {} }: AppScript = {}) {
  let made = 0;
  return (request: SeenRequest): Reply => {
    const path = request.path.split("?")[0] ?? "";
    const override = replies[`${request.method} ${path}`]?.(request);
    if (override !== undefined) return override;
    if (path.endsWith("/installation")) return { status: 200, body: { id: 77 } };
    if (path === "/app") return { status: 200, body: { id: 12, name: "Hookline", slug: "hookline" } };
    if (path.endsWith("/access_tokens")) {
      const expires = new Date(clock().now() + 60 * MINUTE_MS).toISOString();
      return { status: 201, body: { token: `ghs_installationtoken${++made}`, expires_at: expires } };
    }
    if (path === "/rate_limit")
      return {
        status: 200,
        body: { resources: { core: { limit: 5000, used: 1, remaining: 4999, reset: 1_800_000_000 } } },
      };
    if (request.method === "DELETE") return { status: 204 };
    return { status: 200, body: runnersAnswer([]) };
  };
}

async function startApp(script: AppScript & { installationId?: number; pem?: string } = {}) {
  let clock: VirtualClock | null = null;
  const server = await startScriptedServer(appScript(() => clock!, script));
  const { pem = PEM, installationId } = script;
  const fixture = makeClient(server.url, {
    credential: { kind: "app", appId: "12", privateKeyPem: pem, installationId },
  });
  clock = fixture.clock;
  return { ...fixture, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const paths = (seen: readonly SeenRequest[]): readonly string[] => seen.map(({ method, path }) => `${method} ${path}`);
const bearer = (request: SeenRequest | undefined): string =>
  request?.headers["authorization"]?.replace("Bearer ", "") ?? "";

test("an App signs as GitHub asks, finds its installation and calls with the installation's token", async () => {
  await using app = await startApp();
  await app.client.deleteRunner(ORGANIZATION, 7, GO);
  expect(paths(app.server.seen)).toEqual([
    "GET /orgs/acme/installation",
    "POST /app/installations/77/access_tokens",
    "DELETE /orgs/acme/actions/runners/7",
  ]);
  const [lookup, , call] = app.server.seen;
  const { payload, protectedHeader } = await jwtVerify(bearer(lookup), publicKey, {
    currentDate: new Date(app.clock.now()),
  });
  const nowSeconds = app.clock.now() / 1000;
  expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT" });
  expect(payload.iss).toBe("12");
  expect(payload.iat).toBe(nowSeconds - 60);
  expect(payload.exp! - nowSeconds).toBeGreaterThan(0);
  // GitHub counts the ten minutes from the time of issue.
  expect(payload.exp! - payload.iat!).toBeLessThanOrEqual(600);
  expect(bearer(call)).toBe("ghs_installationtoken1");
});

test.for<[string, (key: KeyObject) => string]>([
  ["PKCS#8", (key) => key.export({ type: "pkcs8", format: "pem" }).toString()],
  ["PKCS#1 on one line with \\n", () => PEM.replaceAll("\n", "\\n")],
  ["PKCS#1 with CRLF", () => PEM.replaceAll("\n", "\r\n")],
])("a key works as %s", async ([, write]) => {
  await using app = await startApp({ pem: write(privateKey) });
  expect(await app.client.deleteRunner(REPOSITORY, 7, GO)).toBe("deleted");
  await expect(
    jwtVerify(bearer(app.server.seen[0]), publicKey, { currentDate: new Date(app.clock.now()) }),
  ).resolves.toBeDefined();
});

test.for([
  ["nothing", ""],
  ["something else", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ["half a key", PEM.slice(0, 300)],
  [
    "an elliptic key",
    generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  ],
])("a private key that is %s is refused at the start, without a word of it", async ([, pem = ""]) => {
  const error = await failureOf(startApp({ pem }));
  expect(error).toMatchObject({ code: "unauthorized" });
  expect(error.remedy).toMatch(/GITHUB_APP_PRIVATE_KEY/);
  for (const line of pem.split("\n").filter((each) => each.length > 20 && !each.startsWith("-"))) {
    expect(`${error.message} ${error.stack}`).not.toContain(line);
  }
});

test("an installation that the operator names is not looked up", async () => {
  await using app = await startApp({ installationId: 5 });
  await app.client.listRunners(REPOSITORY, GO);
  expect(paths(app.server.seen)[0]).toBe("POST /app/installations/5/access_tokens");
});

test("a burst of calls makes one token, and one lookup an owner", async () => {
  await using app = await startApp();
  await Promise.all(Array.from({ length: 20 }, (_, id) => app.client.deleteRunner(ORGANIZATION, id, GO)));
  const made = paths(app.server.seen).filter((path) => !path.startsWith("DELETE"));
  expect(made).toEqual(["GET /orgs/acme/installation", "POST /app/installations/77/access_tokens"]);
});

test("a token is kept while five minutes of it are left, and renewed before they are not", async () => {
  await using app = await startApp();
  await app.client.deleteRunner(ORGANIZATION, 1, GO);
  await app.clock.advance(55 * MINUTE_MS);
  await app.client.deleteRunner(ORGANIZATION, 2, GO);
  expect(bearer(app.server.seen.at(-1))).toBe("ghs_installationtoken1");
  await app.clock.advance(1);
  await app.client.deleteRunner(ORGANIZATION, 3, GO);
  expect(bearer(app.server.seen.at(-1))).toBe("ghs_installationtoken2");
});

test("a caller that gives up does not take the token from those that wait with it", async () => {
  let release: () => void = () => {};
  const asked = new Promise<void>((resolve) => (release = resolve));
  await using app = await startApp({
    replies: {
      "GET /orgs/acme/installation": () => {
        release();
        return undefined;
      },
    },
  });
  const abort = new AbortController();
  const gone = app.client.deleteRunner(ORGANIZATION, 1, abort.signal);
  const stays = app.client.deleteRunner(ORGANIZATION, 2, GO);
  await asked;
  abort.abort(new Error("enough"));
  await expect(gone).rejects.toThrow("enough");
  expect(await stays).toBe("deleted");
});

test("a token that GitHub refuses is not used again", async () => {
  let refusals = 0;
  const refuseOnce = (): Reply | undefined =>
    refusals++ === 0 ? { status: 401, body: { message: "Bad credentials" } } : undefined;
  await using app = await startApp({ replies: { "GET /orgs/acme/actions/runners": refuseOnce } });
  const error = await failureOf(app.client.listRunners(ORGANIZATION, GO));
  expect(error.code).toBe("unauthorized");
  expect(error.remedy).toMatch(/App is installed/);
  expect(await app.client.listRunners(ORGANIZATION, GO)).toEqual({ items: [], complete: true });
  expect(bearer(app.server.seen.at(-1))).toBe("ghs_installationtoken2");
});

test("an App that was installed anew is found again", async () => {
  let id = 77;
  await using app = await startApp({
    replies: {
      "GET /orgs/acme/installation": () => ({ status: 200, body: { id } }),
      "POST /app/installations/77/access_tokens": () =>
        id === 77 ? undefined : { status: 404, body: { message: "Not Found" } },
    },
  });
  await app.client.deleteRunner(ORGANIZATION, 1, GO);
  id = 78;
  await app.clock.advance(60 * MINUTE_MS);
  expect((await failureOf(app.client.deleteRunner(ORGANIZATION, 2, GO))).code).toBe("not-found");
  expect(await app.client.deleteRunner(ORGANIZATION, 3, GO)).toBe("deleted");
  expect(paths(app.server.seen)).toContain("POST /app/installations/78/access_tokens");
});

test("an operator learns where the App is not installed", async () => {
  await using app = await startApp({
    replies: { "GET /repos/jo/tools/installation": () => ({ status: 404, body: { message: "Not Found" } }) },
  });
  const error = await failureOf(app.client.createJitRunner(REPOSITORY, JIT, GO));
  expect(error).toMatchObject({ code: "not-found", status: 404 });
  expect(error.remedy).toMatch(/Install the App on jo/);
});

test("an operator learns that App id and key do not belong together", async () => {
  await using app = await startApp({
    replies: { "GET /app": () => ({ status: 401, body: { message: "A JSON web token could not be decoded" } }) },
  });
  const error = await failureOf(app.client.checkToken(GO));
  expect(error.remedy).toMatch(/GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY belong together.*clock/);
});

test("a token request survives a fault that passes", async () => {
  let faults = 0;
  await using app = await startApp({
    replies: { "POST /app/installations/77/access_tokens": () => (faults++ === 0 ? { status: 502 } : undefined) },
  });
  expect(await app.clock.runUntil(app.client.deleteRunner(ORGANIZATION, 1, GO))).toBe("deleted");
});

test("a token without an end that can be read is refused", async () => {
  await using app = await startApp({
    replies: {
      "POST /app/installations/77/access_tokens": () => ({ status: 201, body: { token: "ghs_x", expires_at: "soon" } }),
    },
  });
  const error = await failureOf(app.client.deleteRunner(ORGANIZATION, 1, GO));
  expect(error).toMatchObject({ code: "unexpected" });
  expect(error.message).toMatch(/expires_at/);
});

test("the doctor learns who the App is, and its limit where the installation is named", async () => {
  await using named = await startApp({ installationId: 5 });
  expect(await named.client.checkToken(GO)).toEqual({
    subject: "GitHub App Hookline, installation 5",
    rateLimit: { limit: 5000, remaining: 4999, resetAtMs: 1_800_000_000_000 },
  });
  await using unnamed = await startApp();
  expect(await unnamed.client.checkToken(GO)).toEqual({ subject: "GitHub App Hookline", rateLimit: null });
});

test("G9: an App's ETags end with its token, since GitHub's do", async () => {
  await using app = await startApp({
    replies: {
      "GET /orgs/acme/actions/runners": () => ({
        status: 200,
        headers: { etag: '"one"' },
        body: runnersAnswer([runnerAnswer(1)]),
      }),
    },
  });
  await app.client.listRunners(ORGANIZATION, GO);
  await app.client.listRunners(ORGANIZATION, GO);
  expect(app.server.seen.at(-1)?.headers["if-none-match"]).toBe('"one"');
  await app.clock.advance(56 * MINUTE_MS);
  await app.client.listRunners(ORGANIZATION, GO);
  expect(app.server.seen.at(-1)?.headers["if-none-match"]).toBeUndefined();
});
