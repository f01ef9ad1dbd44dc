import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterEach, expect, onTestFinished, test, vi } from "vitest";

import { askFreshness } from "../../../agent/edge/ask-freshness.ts";
import type { Ending } from "../../../agent/link/dial.ts";
import { websocketDial } from "../../../agent/link/websocket-dial.ts";
import { startLocalEdge, type LocalEdge } from "../../stand-ins/edge/local-edge.ts";
import { ConnectProxy } from "../../stand-ins/http/connect-proxy.ts";
import { localServer } from "../../stand-ins/http/local-server.ts";
import { patience } from "../../stand-ins/process/patience.ts";

const run = promisify(execFile);
const SECRETS = { webhookSecret: "w".repeat(32), token: "t".repeat(32) };

async function edge(): Promise<LocalEdge> {
  const started = await startLocalEdge(SECRETS);
  onTestFinished(() => started.close());
  return started;
}

/** How a dial ends: `opened`, or why not. */
function dialled(url: string, env: Readonly<Record<string, string>>): Promise<"opened" | Ending> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return new Promise((resolve) => {
    const connection = websocketDial(
      url,
      SECRETS.token,
    )({
      opened: () => {
        connection.terminate();
        resolve("opened");
      },
      received: () => {},
      closed: (ending) => resolve(ending),
    });
  });
}

afterEach(() => vi.unstubAllEnvs());

test.each(["HTTP_PROXY", "http_proxy"])("H9: the link goes through the proxy that %s names", async (name) => {
  const proxy = await ConnectProxy.start();
  const { port } = await edge();
  // Only the proxy knows this name: what dials by itself finds nobody.
  expect(await dialled(`http://edge.behind.invalid:${port}`, { [name]: proxy.url })).toBe("opened");
  expect(proxy.tunnels).toEqual([`edge.behind.invalid:${port}`]);
});

test("H9: an edge over TLS is reached through the proxy that HTTPS_PROXY names", async () => {
  const proxy = await ConnectProxy.start();
  await dialled("https://edge.behind.invalid:9", { HTTPS_PROXY: proxy.url });
  expect(proxy.tunnels).toEqual(["edge.behind.invalid:9"]);
});

test("H9: credentials in the proxy's address are shown to it, and NO_PROXY leaves a host out", async () => {
  const proxy = await ConnectProxy.start();
  proxy.credentials = "me:secret";
  const { port, url } = await edge();
  const address = proxy.url.replace("//", "//me:secret@");
  expect(await dialled(`http://edge.invalid:${port}`, { HTTP_PROXY: address })).toBe("opened");
  expect(await dialled(url, { HTTP_PROXY: address, NO_PROXY: "127.0.0.1" })).toBe("opened");
  expect(proxy.tunnels).toHaveLength(1);
  const refused = await dialled(`http://edge.invalid:${port}`, { HTTP_PROXY: proxy.url });
  expect(refused).toMatchObject({ reason: expect.stringMatching(/407|proxy/i) });
  expect(JSON.stringify(refused)).not.toContain("secret");
});

/** What a process prints that has opened its way out as hookline does. */
async function outside(script: string, env: Readonly<Record<string, string>>): Promise<string> {
  const file = (path: string): string => JSON.stringify(join(import.meta.dirname, "../../../agent", path));
  const imports = `import { openWayOut } from ${file("cli/way-out.ts")}; import { DockerClient } from ${file("docker/docker-client.ts")};
    import { parseDockerHost } from ${file("docker/docker-host.ts")};`;
  const args = ["--input-type=module", "--eval", `${imports} openWayOut(process.env); ${script} process.exit();`];
  return (await run(process.execPath, args, { env: { PATH: process.env["PATH"] ?? "", ...env } })).stdout;
}

test("H9: GitHub and the edge are asked through the proxy", async () => {
  const proxy = await ConnectProxy.start();
  const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
  await outside('await fetch("https://api.behind.invalid/rate_limit").catch(() => {});', env);
  expect(proxy.tunnels).toEqual(["api.behind.invalid:443"]);
});

test("H9: an engine on TCP is never asked through the proxy, whatever NO_PROXY says", async () => {
  const proxy = await ConnectProxy.start();
  const asked: (string | undefined)[] = [];
  const url = await localServer(({ url: path }, response) => {
    asked.push(path);
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  const script = `const client = new DockerClient(parseDockerHost("${url.replace("http", "tcp")}"));
    await client.system.info(AbortSignal.timeout(9000)).catch(() => {});`;
  await outside(script, { HTTP_PROXY: proxy.url, NO_PROXY: "" });
  expect(asked.length).toBeGreaterThan(0);
  expect([...proxy.tunnels, ...proxy.requests]).toEqual([]);
});

test("H10: a line that is slow gets three seconds for each address of a host", async () => {
  const main = join(import.meta.dirname, "../../../agent/main.ts");
  const report =
    "import { getDefaultAutoSelectFamilyAttemptTimeout as ms } from 'node:net'; process.on('exit', () => process.stderr.write(String(ms())))";
  const args = ["--import", `data:text/javascript,${encodeURIComponent(report)}`, main, "version"];
  expect((await run(process.execPath, args)).stderr).toBe("3000");
});

test("H11: link and doctor name alike who answers in the Worker's place", async () => {
  const location = "https://acme.cloudflareaccess.com/cdn-cgi/access/login/hookline";
  const url = await localServer((_request, response) => response.writeHead(302, { location }).end());
  const ending = await dialled(url, {});
  const asked = await askFreshness(url, SECRETS.token, patience()).catch((error: unknown) => error);
  expect(ending).toMatchObject({ status: 302, remedy: expect.stringContaining("Access") });
  expect(asked).toMatchObject({ remedy: (ending as Ending).remedy });
});
