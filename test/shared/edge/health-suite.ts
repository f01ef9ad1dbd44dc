import { describe, expect, test } from "vitest";

import type { Up } from "../../../shared/link/up.ts";

/** The tokens of the edge under test. */
export const AGENT_TOKENS = ["test-link-token", "test-link-token-previous"] as const;
export const READ_TOKENS = ["test-read-token", "test-read-token-previous"] as const;

/** An agent that is connected and welcomed. */
export interface ConnectedAgent {
  readonly fence: number;
  /** Resolves once the edge has taken it. */
  send(frame: Up): Promise<void>;
  /** Resolves once the edge knows. */
  leave(): Promise<void>;
}

/** An edge with its mailbox, whose object sleeps until it is asked. */
export interface WatchedEdge {
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Stores a signal, under the number that it is the how-many-eth. */
  store(n: number): Promise<void>;
  connect(): Promise<ConnectedAgent>;
  /** The mailbox as it is after memory and sockets are gone. */
  forget(): Promise<void>;
  /** Lets time go by, milliseconds; the agent, where one is connected, shows life. */
  pass(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;
const bearer = (token: string): RequestInit => ({ headers: { Authorization: `Bearer ${token}` } });
const basic = (user: string, password: string): RequestInit => ({
  headers: { Authorization: `Basic ${btoa(`${user}:${password}`)}` },
});

const REPORT = { slots: 0, busy: 0, demand: 0, lastSweepAt: null, lastCompleteSweepAt: null };

/** What an uptime monitor is told, and with which token. */
export function describeHealth(open: () => Promise<WatchedEdge> | WatchedEdge): void {
  const told = async (edge: WatchedEdge) => {
    const answer = await edge.ask("/healthz/deep", bearer(READ_TOKENS[0]));
    return [answer.status, ((await answer.json()) as { reasons: string[] }).reasons.join("; ")] as const;
  };

  describe("a token that may only read", () => {
    test.each([...READ_TOKENS, ...AGENT_TOKENS])("opens freshness and the deep health: %s", async (token) => {
      const edge = await open();
      for (const init of [bearer(token), basic("monitor", token), basic("", token)]) {
        expect((await edge.ask("/freshness", init)).status).toBe(200);
        expect((await edge.ask("/healthz/deep", init)).status).toBe(503);
      }
    });

    test.each(READ_TOKENS)("opens neither the link nor dead letters, in whatever form: %s", async (token) => {
      const edge = await open();
      const agentsOwn = [["/dead"], ["/dead/1/requeue", "POST"], ["/replay?since=0", "POST"], ["/link"]] as const;
      for (const [path, method = "GET"] of agentsOwn) {
        for (const init of [bearer(token), basic("x", token)]) {
          expect([path, (await edge.ask(path, { ...init, method })).status]).not.toEqual([path, 200]);
          expect([401, 404]).toContain((await edge.ask(path, { ...init, method })).status);
        }
      }
    });

    test("the agent's token as a password opens what may be read, and nothing else", async () => {
      const edge = await open();
      expect((await edge.ask("/dead", bearer(AGENT_TOKENS[0]))).status).toBe(200);
      expect((await edge.ask("/dead", basic("x", AGENT_TOKENS[0]))).status).toBe(401);
    });

    test.each<[string, RequestInit | undefined, string]>([
      ["nothing", undefined, ""],
      ["a wrong token", bearer("wrong"), ""],
      ["a wrong password", basic("monitor", "wrong"), ""],
      ["the token as the user", basic(READ_TOKENS[0], ""), ""],
      ["a part of it", bearer(READ_TOKENS[0].slice(0, -1)), ""],
      ["what is no base64", { headers: { Authorization: "Basic ==" } }, ""],
      ["an empty password", basic("monitor", ""), ""],
      ["the token in the address", undefined, `?token=${READ_TOKENS[0]}&access_token=${READ_TOKENS[0]}`],
    ])("not with %s: 401, and how to ask", async (_name, init, query) => {
      const edge = await open();
      for (const path of ["/freshness", "/healthz/deep"]) {
        const answer = await edge.ask(`${path}${query}`, init);
        expect([answer.status, await answer.json()]).toEqual([401, { error: "unauthorized" }]);
        expect(answer.headers.get("www-authenticate")).toBe('Bearer, Basic realm="hookline", charset="UTF-8"');
      }
    });
  });

  describe("healthz/deep", () => {
    test("says that no agent has ever connected", async () => {
      const edge = await open();
      const [status, reasons] = await told(edge);
      expect(status).toBe(503);
      expect(reasons).toContain("no agent has connected yet");
    });

    test("a silent weekend with an agent that is there is 200", async () => {
      const edge = await open();
      const agent = await edge.connect();
      await edge.store(1);
      await agent.send({ type: "ack", fence: agent.fence, upTo: 1 });
      await edge.pass(3 * 24 * 60 * MINUTE_MS);
      expect(await told(edge)).toEqual([200, ""]);
    });

    test("an agent that left is missed after fifteen minutes, not before, also by a mailbox that has forgotten", async () => {
      const edge = await open();
      const agent = await edge.connect();
      await edge.pass(5 * 60 * MINUTE_MS);
      await agent.leave();
      await edge.pass(14 * MINUTE_MS);
      expect(await told(edge)).toEqual([200, ""]);
      await edge.forget();
      expect(await told(edge)).toEqual([200, ""]);
      await edge.pass(2 * MINUTE_MS);
      await edge.forget();
      expect(await told(edge)).toEqual([503, "no agent has been connected for 16 min"]);
      await edge.connect();
      expect(await told(edge)).toEqual([200, ""]);
    });

    test("a link that is lost together with the mailbox's memory is missed from then on", async () => {
      const edge = await open();
      await edge.connect();
      await edge.pass(24 * 60 * MINUTE_MS);
      await edge.forget();
      expect(await told(edge)).toEqual([200, ""]);
      await edge.pass(16 * MINUTE_MS);
      expect((await told(edge))[0]).toBe(503);
    });

    test("signals that have waited for longer than fifteen minutes are told of", async () => {
      const edge = await open();
      await edge.connect();
      await edge.store(1);
      await edge.store(2);
      await edge.pass(14 * MINUTE_MS);
      expect(await told(edge)).toEqual([200, ""]);
      await edge.pass(2 * MINUTE_MS);
      const [status, reasons] = await told(edge);
      expect(status).toBe(503);
      expect(reasons).toContain("2 signals wait for the agent, the oldest for 16 min");
    });

    test("dead letters are told of until they are put back", async () => {
      const edge = await open();
      const agent = await edge.connect();
      await edge.store(1);
      await agent.send({ type: "nack", fence: agent.fence, seq: 1, verdict: "poison", reason: "unreadable" });
      expect(await told(edge)).toEqual([503, "there are dead letters: hookline dead lists them"]);
      await edge.ask("/dead/1/requeue", { ...bearer(AGENT_TOKENS[0]), method: "POST" });
      await agent.send({ type: "ack", fence: agent.fence, upTo: 2 });
      expect(await told(edge)).toEqual([200, ""]);
    });

    test("what the agent found at GitHub and no webhook told of is told of, until it says otherwise", async () => {
      const edge = await open();
      const agent = await edge.connect();
      await agent.send({ type: "report", fence: agent.fence, report: { ...REPORT, missed: 3 } });
      const [status, reasons] = await told(edge);
      expect(status).toBe(503);
      expect(reasons).toContain("3 jobs or deliveries");
      await agent.send({ type: "report", fence: agent.fence, report: { ...REPORT, missed: 0 } });
      expect(await told(edge)).toEqual([200, ""]);
    });

    test("healthz goes on being alive and nothing else, with or without a token", async () => {
      const edge = await open();
      for (const init of [undefined, bearer(READ_TOKENS[0])]) {
        expect(await (await edge.ask("/healthz", init)).json()).toEqual({ ok: true });
      }
    });

    test("monitors that ask by HEAD get the same status", async () => {
      const edge = await open();
      expect((await edge.ask("/healthz/deep", { ...bearer(READ_TOKENS[0]), method: "HEAD" })).status).toBe(503);
      await edge.connect();
      expect((await edge.ask("/healthz/deep", { ...bearer(READ_TOKENS[0]), method: "HEAD" })).status).toBe(200);
    });
  });
}
