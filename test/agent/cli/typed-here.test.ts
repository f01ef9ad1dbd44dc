import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";

import { describe, expect, test } from "vitest";

import { AGENT_CONTAINER } from "../../../agent/cli/agent-container.ts";
import { callOf } from "../../../agent/cli/call-of.ts";
import { processLogger } from "../../../agent/log/process-logger.ts";
import { typedHere } from "../../../shared/text/typed-here.ts";
import { runCli } from "../../../agent/commands/commands.ts";
import { fakeIo } from "../commands/command-io.ts";

const CONTAINER = `docker exec ${AGENT_CONTAINER} hookline`;
const CHECKOUT = "npx -y pnpm@12 hookline";

test("the image says how its commands are called from outside", () => {
  const dockerfile = readFileSync(join(import.meta.dirname, "../../../Dockerfile"), "utf8");
  expect(dockerfile).toContain(`HOOKLINE_CALL="${CONTAINER}"`);
});

test.each([
  [{}, "/src/hookline/agent/main.ts", CHECKOUT],
  [{}, "/opt/hookline/hookline.mjs", "hookline"],
  [{ HOOKLINE_CALL: CONTAINER }, "/opt/hookline/hookline.mjs", CONTAINER],
  [{ HOOKLINE_CALL: "" }, "/usr/local/bin/hookline", "hookline"],
])("with %j, %s is called by %s", (env, program, call) => {
  expect(callOf(env, program)).toBe(call);
});

describe.each([
  ["correct the file, then: hookline config check", CONTAINER, `correct the file, then: ${CONTAINER} config check`],
  ["See hookline --help", CHECKOUT, `See ${CHECKOUT} --help`],
  [
    "hookline caches, then hookline caches prune NAME",
    CHECKOUT,
    `${CHECKOUT} caches, then ${CHECKOUT} caches prune NAME`,
  ],
  ["HOOKLINE_DATA=/x hookline doctor", CHECKOUT, `HOOKLINE_DATA=/x ${CHECKOUT} doctor`],
  ["HOOKLINE_DATA=/x hookline doctor", CONTAINER, `docker exec -e HOOKLINE_DATA=/x ${AGENT_CONTAINER} hookline doctor`],
  ["Start hookline agent once", CONTAINER, "Start hookline agent once"],
  ["Run hookline init again.", CONTAINER, "Run hookline init again."],
  ["Run hookline init again.", CHECKOUT, `Run ${CHECKOUT} init again.`],
  ["in a checkout: npx -y pnpm@12 hookline init", CHECKOUT, `in a checkout: ${CHECKOUT} init`],
  [`docker logs ${AGENT_CONTAINER} | grep x`, CONTAINER, `docker logs ${AGENT_CONTAINER} | grep x`],
])("%s, called by %s", (text, call, typed) => {
  test("is typed as it has to be there, and no further by going through twice", () => {
    expect(typedHere(text, call)).toBe(typed);
    expect(typedHere(typedHere(text, call), call)).toBe(typed);
    expect(typedHere(text, "hookline")).toBe(text);
  });
});

const run = async (call: string, ...args: readonly string[]) => {
  const io = { ...fakeIo(), call };
  await runCli(args, io, new AbortController().signal);
  return io;
};

test("a command's failure is mended by a command of the place, for people and under --json", async () => {
  expect((await run(CONTAINER, "docter")).err()).toContain(`Did you mean ${CONTAINER} doctor?`);
  const io = await run(CHECKOUT, "slots", "--tail", "nobody", "--json");
  expect(io.json()).toMatchObject({ ok: false, error: { remedy: expect.stringContaining(`${CHECKOUT} `) } });
});

test("the doctor's remedies are those of the place, for people and under --json", async () => {
  const bad = { DOCKER_HOST: "unix:///nonexistent/docker.sock", HOOKLINE_CONFIG: "bad.yaml" };
  const io = { ...fakeIo(bad), call: CONTAINER };
  writeFileSync(join(io.cwd, "bad.yaml"), "version: 3\n");
  await runCli(["doctor", "--only", "agent"], io, new AbortController().signal);
  expect(io.out()).toContain(`→ correct the file, then: ${CONTAINER} config check`);
  const json = { ...fakeIo(bad), cwd: io.cwd, call: CONTAINER };
  await runCli(["doctor", "--only", "agent", "--json"], json, new AbortController().signal);
  expect(JSON.stringify(json.json())).toContain(`${CONTAINER} config check`);
});

test("so are those of the daemon's log", () => {
  const stream = Object.assign(new PassThrough(), { isTTY: false });
  processLogger("info", { stream, call: CONTAINER }).warn("link down", {
    reason: "hookline doctor",
    remedy: "hookline doctor",
  });
  expect(JSON.parse(String(stream.read()))).toMatchObject({ reason: "hookline doctor", remedy: `${CONTAINER} doctor` });
});
