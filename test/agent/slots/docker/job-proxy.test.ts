import { expect, test } from "vitest";

import { recordingEngine } from "../../../stand-ins/docker/recording-engine.ts";
import { calm, specOf } from "../../../stand-ins/docker/slot-fixtures.ts";
import { slotsOfAgent, writtenPool } from "./machine.ts";

const PASSWORD = "s3cret@/pass";

/** Variables of a job that have to do with proxies, by their names. */
async function proxyOfJob(more: string, env: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  await using fake = await recordingEngine();
  const { provider, said } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}`, ...env });
  const pool = writtenPool(more);
  await provider.prepare([pool], calm());
  await provider.start(specOf(pool), calm());
  expect(JSON.stringify(said())).not.toContain("s3cret");
  const pairs = fake.asked[0]?.Env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return Object.fromEntries(pairs?.filter(([name = ""]) => /_proxy$/i.test(name)) ?? []) as Record<string, string>;
}

const BOTH = (https: string, http: string, no: string) => ({
  https_proxy: https,
  HTTPS_PROXY: https,
  http_proxy: http,
  HTTP_PROXY: http,
  no_proxy: no,
  NO_PROXY: no,
});

test("H9: a pool that says nothing of a proxy gets none, whatever the agent has", async () => {
  expect(await proxyOfJob("", { HTTPS_PROXY: "http://proxy:3128" })).toEqual({});
});

/** https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/use-proxy-servers names the lower-case ones; other tools read the others. */
test("H9: proxy: inherit hands the agent's way out to the runner under both spellings, without user and password", async () => {
  const env = {
    HTTPS_PROXY: `http://nas:${PASSWORD}@proxy.home:3128`,
    HTTP_PROXY: `nas:${PASSWORD}@proxy.home:3128`,
    NO_PROXY: "registry.home,.lan",
  };
  expect(await proxyOfJob("proxy: inherit", env)).toEqual(
    BOTH("http://proxy.home:3128", "proxy.home:3128", "registry.home,.lan"),
  );
});

test("H9: inherit-with-credentials hands over what the agent has as it is", async () => {
  const url = "http://nas:s3cret@proxy.home:3128";
  const env = { HTTPS_PROXY: url, HTTP_PROXY: url, NO_PROXY: "*" };
  expect(await proxyOfJob("proxy: inherit-with-credentials", env)).toEqual(BOTH(url, url, "*"));
});

/** https://nodejs.org/api/http.html#built-in-proxy-support: the lower-case name wins, as with curl. */
test("H9: of two spellings the job gets the one that the agent itself goes by", async () => {
  const env = { https_proxy: "http://low:1", HTTPS_PROXY: "http://high:2" };
  expect(await proxyOfJob("proxy: inherit", env)).toEqual({ https_proxy: "http://low:1", HTTPS_PROXY: "http://low:1" });
});

test("H9: what the pool's own env says goes before what the agent has", async () => {
  const env = { HTTPS_PROXY: "http://proxy:3128" };
  expect(await proxyOfJob("proxy: inherit, env: {https_proxy: 'http://other:1'}", env)).toEqual({
    https_proxy: "http://other:1",
    HTTPS_PROXY: "http://proxy:3128",
  });
});

test.each([
  ["the agent has none", {}, "", /no proxy/],
  ["it is on the machine's own loopback", { HTTPS_PROXY: "http://127.0.0.1:3128" }, "", /loopback/],
  ["its password is kept back", { HTTPS_PROXY: "http://a:s3cret@proxy:3128" }, "", /credentials/],
  ["it is on loopback, and so are the jobs", { HTTPS_PROXY: "http://localhost:3128" }, ", network: host", null],
] as const)("H9: proxy: inherit where %s is named before the first job", async (_case, env, more, reason) => {
  await using fake = await recordingEngine();
  const { provider, said } = slotsOfAgent({ DOCKER_HOST: `unix://${fake.engine.host.socketPath}`, ...env });
  await provider.prepare([writtenPool(`proxy: inherit${more}`)], calm());
  const warned = said().filter(({ level }) => level === "warn");
  expect(warned).toEqual(
    reason === null ? [] : [expect.objectContaining({ setting: "proxy", reason: expect.stringMatching(reason) })],
  );
});
