import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chmodSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

import { expect, onTestFinished, test } from "vitest";

import { insideScript, readInside } from "../../../agent/doctor/docker/inside-script.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { deadAddress } from "../../stand-ins/http/local-server.ts";

const run = promisify(execFile);

/** A folder with the programs of that name on this machine alone. */
async function only(...programs: readonly string[]): Promise<string> {
  const folder = temporaryFolder();
  for (const name of programs) symlinkSync((await run("which", [name])).stdout.trim(), join(folder, name));
  return folder;
}

async function answering(): Promise<number> {
  const server = createServer((_request, response) => void response.end("here"));
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const PLACES = async () => {
  const dead = Number(new URL(await deadAddress()).port);
  return [
    { hostname: "127.0.0.1", port: await answering(), tls: false },
    { hostname: "localhost", port: dead, tls: false },
    { hostname: "nobody.invalid", port: 443, tls: true },
  ];
};

test.each([
  ["curl", ["cat", "curl"]],
  ["bash", ["cat", "bash", "timeout"]],
])(
  "H14: from inside, %s tells a host that answers from one that does not and from a name that is none",
  async (_tool, programs) => {
    const path = await only(...programs);
    const { stdout } = await run("/bin/sh", ["-c", insideScript(await PLACES())], { env: { PATH: path } });
    expect(Object.fromEntries(readInside(stdout).hosts ?? [])).toEqual({
      "127.0.0.1": "reached",
      localhost: "line",
      "nobody.invalid": "names",
    });
  },
);

test("an image without any of the tools, or whose tools cannot go through its proxy, says so", async () => {
  const { stdout } = await run("/bin/sh", ["-c", insideScript(await PLACES())], { env: { PATH: await only("cat") } });
  expect(readInside(stdout).hosts).toBeNull();
  const path = await only("cat", "bash", "timeout");
  const proxied = await run("/bin/sh", ["-c", insideScript(await PLACES())], {
    env: { PATH: path, https_proxy: "http://proxy:3128" },
  });
  expect(readInside(proxied.stdout).hosts).toBeNull();
});

test("H14: what curl says is read by where it stopped: at the name, before it connected, or after", async () => {
  const folder = await only("cat");
  const says: readonly (readonly [string, string])[] = [
    ["resolving", "28 curl: (28) Resolving timed out after 5001 milliseconds T 0.000000 0.000000"],
    ["unresolved", "6 curl: (6) Could not resolve host: x T 0.000000 0.000000"],
    ["unreached", "28 curl: (28) Connection timed out T 0.010000 0.000000"],
    ["refused", "7 curl: (7) Failed to connect T 0.010000 0.000000"],
    ["stalled", "28 curl: (28) SSL connection timeout T 0.010000 0.080000"],
    ["distrusted", "60 curl: (60) SSL certificate problem T 0.010000 0.080000"],
    ["empty", "52 curl: (52) Empty reply from server T 0.010000 0.080000"],
  ];
  const cases = says.map(
    ([host, said]) => `*//${host}:*) echo '${said.replace(/^\d+ /, "")}'; exit ${said.split(" ")[0]};;`,
  );
  const curl = join(folder, "curl");
  writeFileSync(curl, `#!/bin/sh\nfor url; do :; done\ncase "$url" in ${cases.join(" ")} esac\n`);
  chmodSync(curl, 0o755);
  const targets = says.map(([hostname]) => ({ hostname, port: 443, tls: true }));
  const { stdout } = await run("/bin/sh", ["-c", insideScript(targets)], { env: { PATH: folder } });
  expect(Object.fromEntries(readInside(stdout).hosts ?? [])).toEqual({
    resolving: "names",
    unresolved: "names",
    unreached: "line",
    refused: "line",
    stalled: "stalled",
    distrusted: "certificate",
    empty: "reached",
  });
});

test("the memory limit is read as the kernel writes it, in either version of cgroups", () => {
  expect(readInside("memory 67108864\n").memoryBytes).toBe(67_108_864);
  expect(readInside("memory max\n").memoryBytes).toBe("unlimited");
  expect(readInside("memory 9223372036854771712\n").memoryBytes).toBe("unlimited");
  expect(readInside("no-tool\n")).toEqual({ memoryBytes: null, hosts: null });
});
