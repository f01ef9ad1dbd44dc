import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { freshnessOf } from "../doctor/freshness-sample.ts";
import { deadAddress, localServer } from "../../stand-ins/http/local-server.ts";
import { fakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();

test("edge prints what the edge says of itself, as it is under --json", async () => {
  const url = await localServer((_request, response) => response.end(JSON.stringify(freshnessOf())));
  const env = { HOOKLINE_EDGE_URL: url, HOOKLINE_TOKEN: "s3cret-token-of-the-link" };
  const scripted = fakeIo(env);
  expect(await runCli(["edge", "--json"], scripted, STOPPED)).toBe(0);
  expect(scripted.json()).toEqual({ ok: true, freshness: freshnessOf() });
  const read = fakeIo(env);
  expect(await runCli(["edge"], read, STOPPED)).toBe(0);
  expect(read.out()).toMatch(/^freshness of the edge\n {2}last delivery /);
});

test("an edge that does not answer is exit 1 with what to look at", async () => {
  const io = fakeIo({ HOOKLINE_EDGE_URL: await deadAddress(), HOOKLINE_TOKEN: "s3cret-token-of-the-link" });
  expect(await runCli(["edge", "--json"], io, STOPPED)).toBe(1);
  expect(io.json()).toMatchObject({ ok: false, error: { code: "unreachable" } });
});
