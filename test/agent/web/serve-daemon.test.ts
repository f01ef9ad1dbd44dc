import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { systemClock } from "../../../agent/clock/system-clock.ts";
import { LiveSecrets } from "../../../agent/settings/live-secrets.ts";
import { requireHttp } from "../../../agent/settings/require-settings.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { serveDaemon } from "../../../agent/web/serve-daemon.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { HandDrivenDaemon } from "../control/world.ts";

const NOWHERE = "http://127.0.0.1:1";

/** A daemon that is served as its environment says, on a machine on which nothing else answers. */
async function served() {
  const cwd = temporaryFolder();
  const env = {
    HOOKLINE_HTTP: "127.0.0.1:0",
    HOOKLINE_HTTP_TOKEN: "reads",
    HOOKLINE_HTTP_OPERATOR_TOKEN: "acts",
    HOOKLINE_DATA: join(cwd, "data"),
    HOOKLINE_EDGE_URL: NOWHERE,
    HOOKLINE_TOKEN: "link",
    GITHUB_API_URL: NOWHERE,
    GITHUB_TOKEN: "ghp_secretofthistest",
    DOCKER_HOST: `unix://${join(cwd, "docker.sock")}`,
  };
  const source = { env, cwd };
  const settings = readSettings(source);
  const http = requireHttp(settings);
  if (http === null) throw new Error("nothing is to be served");
  const { log } = capturedLog();
  const secrets = new LiveSecrets({ settings, source, clock: systemClock, log });
  const journalSql = new NodeSql(":memory:");
  const daemon = new HandDrivenDaemon();
  const options = { http, settings, secrets, source, daemon, journalSql, edge: null, clock: systemClock, log };
  const server = await serveDaemon(options);
  onTestFinished(() => server.close());
  const headers = (token: string) => ({ authorization: `Bearer ${token}` });
  const page = (token = "acts") => fetch(server.url, { headers: headers(token) });
  const send = async (act: string) => {
    const key = /name="key" value="([^"]+)"/.exec(await (await page()).text())?.[1] ?? "";
    const body = new URLSearchParams({ key });
    const from = { ...headers("acts"), origin: server.url };
    return fetch(`${server.url}/act/${act}`, { method: "POST", body, headers: from, redirect: "manual" });
  };
  return { page, send };
}

test("each token opens what its setting says", async () => {
  const { page } = await served();
  expect((await page("reads")).status).toBe(200);
  expect((await page("acts")).status).toBe(200);
  expect((await page("link")).status).toBe(401);
});

test("promise 11: the doctor that the page has run tells what is wrong, and no secret", async () => {
  const { page, send } = await served();
  expect((await send("doctor")).status).toBe(303);
  const text = async (): Promise<string> => (await page()).text();
  await expect.poll(text).toMatch(/\d+ checks? failed/);
  const told = await text();
  expect(told).toContain("edge-reachable");
  for (const secret of ["ghp_secretofthistest", ">reads<", ">acts<", ">link<"]) expect(told).not.toContain(secret);
});
