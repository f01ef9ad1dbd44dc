import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import type { CheckResult } from "../../../agent/doctor/check/check.ts";
import type { Hook } from "../../stand-ins/github/state/model.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { startVirtualWorld } from "./virtual-world.ts";

type World = Awaited<ReturnType<typeof startVirtualWorld>>;

const GH = fileURLToPath(new URL("../../stand-ins/github/gh-command.ts", import.meta.url));

/** Pastes a remedy into a shell that has `gh`, as its reader does. Rejects where a command of it fails. */
async function paste(world: World, remedy: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "gh"), `#!/bin/sh\nexec ${process.execPath} ${GH} "$@"\n`, { mode: 0o755 });
  const own = { GITHUB_API_URL: world.github.apiUrl, GH_TOKEN: world.env.GITHUB_TOKEN };
  await promisify(execFile)("/bin/sh", ["-c", remedy], {
    env: { PATH: `${folder}:${process.env["PATH"]}`, ...own, ...env },
  });
}

const hookCheck = async (world: World): Promise<CheckResult> => {
  const check = (await world.checks()).find(({ id }) => id === "github-hook:acme");
  if (check === undefined) throw new Error("the doctor looks at the hook");
  return check;
};
const told = ({ id, url, secret, contentType, events, active, insecureSsl }: Hook) => ({
  id,
  url,
  secret,
  contentType,
  events: events.toSorted(),
  active,
  insecureSsl,
});

const BROKEN: readonly (readonly [string, Partial<Hook>])[] = [
  ["switched off", { active: false }],
  ["of another event", { events: ["push"] }],
  ["that sends forms", { contentType: "form" }],
  ["that checks no certificate", { insecureSsl: true }],
  ["with all of these", { active: false, events: ["push", "check_run"], contentType: "form", insecureSsl: true }],
];

test.each(BROKEN)("the remedy for a hook %s, pasted, mends it and takes nothing away", async (_name, change) => {
  const world = await startVirtualWorld();
  const hook = await world.addHook();
  world.github.editHook(hook.id, change);
  const { status, remedy = "" } = await hookCheck(world);
  expect(status).toBe("fail");
  await paste(world, remedy, { GITHUB_WEBHOOK_SECRET: world.secret });
  expect((await hookCheck(world)).status).toBe("pass");
  const [mended] = world.github.hooks();
  expect(mended?.secret).toBe(world.secret);
  expect(mended?.events).toEqual(expect.arrayContaining([...(change.events ?? []), "workflow_job"]));
  // Pasted again, into a world that is right by now, it changes nothing.
  const right = world.github.hooks().map(told);
  await paste(world, remedy, { GITHUB_WEBHOOK_SECRET: world.secret });
  expect(world.github.hooks().map(told)).toEqual(right);
});

test.each(["", undefined])("a remedy that sends the secret sends none in a shell where it is %j", async (secret) => {
  const world = await startVirtualWorld();
  const hook = await world.addHook();
  world.github.editHook(hook.id, { contentType: "form" });
  const { remedy = "" } = await hookCheck(world);
  const before = world.github.hooks().map(told);
  const env = secret === undefined ? {} : { GITHUB_WEBHOOK_SECRET: secret };
  await expect(paste(world, remedy, env)).rejects.toThrow(/GITHUB_WEBHOOK_SECRET/);
  expect(world.github.hooks().map(told)).toEqual(before);
});

test.each([
  ["somebody else's hook for the same event", { url: "https://ci.example/hook", events: ["workflow_job"] }],
  ["a hook for something else", { url: "https://ci.example/hook", events: ["push"] }],
])("where no hook comes here, the remedy makes one beside %s", async (_name, other) => {
  const world = await startVirtualWorld();
  world.github.addHook({ scope: "acme", secret: "theirs", ...other });
  const before = world.github.hooks().map(told);
  const { status, remedy = "" } = await hookCheck(world);
  expect(status).toBe("fail");
  await paste(world, remedy, { GITHUB_WEBHOOK_SECRET: world.secret });
  expect((await hookCheck(world)).status).toBe("pass");
  expect(world.github.hooks().map(told)).toEqual([...before, expect.objectContaining({ secret: world.secret })]);
  // GitHub refuses a second one of the same address.
  await expect(paste(world, remedy, { GITHUB_WEBHOOK_SECRET: world.secret })).rejects.toThrow(/422/);
  expect(world.github.hooks()).toHaveLength(2);
});
