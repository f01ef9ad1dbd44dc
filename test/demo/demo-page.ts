import { systemClock } from "../../agent/clock/system-clock.ts";
import { daemonOf } from "../../agent/daemon/daemon-of.ts";
import type { HttpServer } from "../../agent/http/http-server.ts";
import { NodeSql } from "../../agent/sqlite/node-sql.ts";
import { startWeb } from "../../agent/web/start-web.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import { CuttableRelay } from "../stand-ins/network/cuttable-relay.ts";
import { startDemoWorld, type DemoWorld } from "./demo-world.ts";

export interface DemoPage extends Omit<DemoWorld, "close">, AsyncDisposable {
  /** What serves the page, to everybody who asks. */
  readonly server: HttpServer;
  /** The way from the agent to the Worker. @throws {Error} where there is none. */
  readonly link: () => CuttableRelay;
}

/**
 * The page of the demo's agent: the real Worker with a link that can be cut, a GitHub on loopback, and a slot in this
 * process, or in a container.
 */
export async function startDemoPage({ standalone = false, docker = false } = {}): Promise<DemoPage> {
  await using stack = new AsyncDisposableStack();
  let relay: CuttableRelay | null = null;
  const world = await startDemoWorld({
    slots: docker ? "docker" : "in-process",
    standalone,
    maxSlots: 1,
    relay: async (url) => (relay = stack.use(await CuttableRelay.start(url))).url,
  });
  stack.defer(() => world.close());
  const server = await startWeb({
    http: { listen: { host: "127.0.0.1", port: 0 }, token: null, operatorToken: null, read: "open", hosts: [] },
    token: null,
    operatorToken: null,
    daemon: daemonOf({ agent: world.agent, fleetFile: null, secrets: null }),
    githubApiUrl: world.env["GITHUB_API_URL"] ?? "",
    dataFolder: world.env["HOOKLINE_DATA"] ?? "",
    journalSql: new NodeSql(":memory:"),
    edge: null,
    deadLetters: null,
    examine: null,
    clock: systemClock,
    log: silentLogger,
  });
  stack.defer(() => server.close());
  const link = (): CuttableRelay => {
    if (relay === null) throw new Error("there is no link that could be cut");
    return relay;
  };
  const ends = stack.move();
  return { ...world, server, link, [Symbol.asyncDispose]: () => ends.disposeAsync() };
}
