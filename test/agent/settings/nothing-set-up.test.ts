import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { refusalOf } from "../../shared/fleet/load-text.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { fakeIo } from "../commands/command-io.ts";

/** As the compose file starts the agent before anything is there. */
const EMPTY_CONTAINER = { HOOKLINE_TOKEN_FILE: "secrets/hookline_token", GITHUB_TOKEN_FILE: "secrets/github_token" };
const FIRST = /nothing is set up yet.*npx -y pnpm@12 hookline init/;

describe("a container that is started before anything is set up says first what to type first", () => {
  test.each(["agent", "doctor", "status", "jobs"])("hookline %s", async (command) => {
    const io = fakeIo(EMPTY_CONTAINER);
    expect(await runCli([command], io, new AbortController().signal)).toBe(2);
    expect(io.err().split("\n")[0]).toMatch(FIRST);
    expect(io.err()).toContain("HOOKLINE_TOKEN_FILE");
  });
});

test("once an edge is set, or one of the secrets is there, the missing file alone is told", () => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, "token"), "a-token");
  const refusal = (env: Record<string, string>) => refusalOf(() => readSettings({ env, cwd })).message;
  expect(refusal({ ...EMPTY_CONTAINER, HOOKLINE_EDGE_URL: "https://hookline.example" })).not.toMatch(FIRST);
  expect(refusal({ ...EMPTY_CONTAINER, HOOKLINE_TOKEN_FILE: "token" })).not.toMatch(FIRST);
});
