import { describe, expect, test } from "vitest";

import { TOKEN, webWorld } from "./web-world.ts";

const READS = ["/api/status", "/api/summary", "/api/jobs", "/api/jobs/7", "/api/events"];
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

describe("names of private repositories are read by those alone who have the token", () => {
  test.each(READS)("%s", async (path) => {
    const { get } = await webWorld();
    for (const authorization of ["", "Bearer another", basic("me:another"), basic("me:"), basic(TOKEN.slice(1))]) {
      const answer = await get(path, { authorization });
      expect(answer, authorization).toMatchObject({ status: 401, challenge: expect.stringContaining("Basic") });
      expect(answer.body).not.toContain("nas.local");
    }
  });

  test.each([`Bearer ${TOKEN}`, basic(`anybody:${TOKEN}`), basic(`:${TOKEN}`)])(
    "%s opens it",
    async (authorization) => {
      const { get } = await webWorld();
      expect(await get("/api/status", { authorization })).toMatchObject({ status: 200, type: "application/json" });
    },
  );

  test("where nobody made a token, nothing opens it", async () => {
    const { get } = await webWorld({}, { token: null });
    for (const authorization of ["Bearer undefined", "Bearer null", basic("me:"), basic("me:undefined")])
      expect((await get("/api/status", { authorization })).status).toBe(401);
  });
});

test("a monitor asks for health without a token, and learns nothing else", async () => {
  const { get, daemon } = await webWorld();
  expect(await get("/healthz")).toMatchObject({ status: 200, body: '{"ok":true}' });
  expect(await get("/readyz")).toMatchObject({ status: 200, body: '{"ok":true,"holds":[]}' });
  daemon.document = { ...daemon.document, agent: { ...daemon.document.agent, holds: ["adoption"] } };
  expect(await get("/readyz")).toMatchObject({ status: 503, body: '{"ok":false,"holds":["adoption"]}' });
});

test("open is open to whoever reaches the port", async () => {
  const { get } = await webWorld({ read: "open" });
  expect((await get("/api/status")).status).toBe(200);
});

describe("a page of somebody else's cannot read it by a name that it has pointed here", () => {
  test.each(["evil.example", "nas.home.evil.example", "localhost.evil.example", "a b", "[evil]"])(
    "%j is refused",
    async (host) => {
      const { get } = await webWorld({ read: "open" });
      const answer = await get("/api/status", { host });
      expect([400, 421]).toContain(answer.status);
      expect(answer.body).not.toContain("nas.local");
    },
  );

  test.each(["192.168.1.20:8124", "[fd00::1]:8124", "localhost:8124", "NAS.home", "nas.home:8124"])(
    "%s is ours",
    async (host) => {
      const { get } = await webWorld({ read: "open" });
      expect((await get("/api/status", { host })).status).toBe(200);
    },
  );
});
