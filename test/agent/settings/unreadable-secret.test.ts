import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";

const run = promisify(execFile);
const asNobody = process.getuid?.() === 0 ? test : test.skip;

/** What the settings say of a secret's file, as a user that is not its owner reads it. */
async function refusalAsNobody(file: string): Promise<string> {
  const source = join(import.meta.dirname, "../../../agent/settings/setting-text.ts");
  const script = `
    const { secretText } = await import(${JSON.stringify(source)});
    process.setgroups([]); process.setgid(65534); process.setuid(65534);
    console.log(JSON.stringify(secretText("GITHUB_TOKEN", { GITHUB_TOKEN_FILE: ${JSON.stringify(file)} }, "/")));
  `;
  return (await run(process.execPath, ["--input-type=module", "--eval", script])).stdout;
}

/** As init makes it: a folder of 0700 with a file of 0600 in it. */
function secretsFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  const secrets = join(folder, "secrets");
  mkdirSync(secrets, { mode: 0o700 });
  writeFileSync(join(secrets, "github_token"), "ghp_x", { mode: 0o600 });
  return secrets;
}

asNobody(
  "a secret in a folder that this user may not enter is told with the folder's owner and the numbers to set",
  async () => {
    const secrets = secretsFolder();
    const told = await refusalAsNobody(join(secrets, "github_token"));
    expect(told).toContain(`the folder ${secrets}: owner 0:0, mode 0700`);
    expect(told).toContain("HOOKLINE_UID=0 HOOKLINE_GID=0");
    expect(told).not.toContain("put the file there");
  },
);

asNobody("a secret's own file that this user may not read is told with its own owner", async () => {
  const secrets = secretsFolder();
  chmodSync(secrets, 0o755);
  const told = await refusalAsNobody(join(secrets, "github_token"));
  expect(told).toContain("(owner 0:0, mode 0600)");
  expect(told).toContain("HOOKLINE_UID=0 HOOKLINE_GID=0");
});

test("a file that is not there is to be put there", async () => {
  const { secretText } = await import("../../../agent/settings/setting-text.ts");
  const file = join(secretsFolder(), "none");
  expect(secretText("GITHUB_TOKEN", { GITHUB_TOKEN_FILE: file }, "/")).toMatchObject({
    failed: expect.stringContaining("there is no such file; put the file there"),
  });
});
