import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { readBusybox } from "../stand-ins/docker/busybox.ts";
import { buildPackages } from "./build-packages.ts";

const run = promisify(execFile);

/** What `npx` of the stand-in does for the Dockerfile's one call, instead of asking a registry. */
const NPX = `#!/bin/sh
set -e
[ "$*" = "-y pnpm@12 install --frozen-lockfile --ignore-scripts" ] || { echo "not known here: npx $*" >&2; exit 1; }
[ -s package.json ] && [ -s pnpm-lock.yaml ]
ln -s /opt/stand-in/node_modules node_modules
`;

const PASSWD = "root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\n";

/**
 * Imports a stand-in for `node:24-bookworm-slim` under a tag of its own: this machine's C library, the Node that runs
 * the tests, busybox, a user `node` with uid 1000, and the packages of the build stage. No registry is asked. The label
 * is on every image that is built on it.
 */
export async function importStandInBase(tag: string, label: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "hookline-base-"));
  try {
    fill(root);
    const changes = ["ENV PATH=/usr/local/bin:/usr/bin:/bin", 'CMD ["node"]', `LABEL ${label}`];
    const flags = changes.map((change) => `--change '${change}'`).join(" ");
    await run("sh", ["-c", `tar -C "${root}" --owner=0 --group=0 -cf - . | docker import ${flags} - "${tag}"`]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function fill(root: string): void {
  for (const folder of ["bin", "usr/bin", "usr/local/bin", "etc", "root", "proc", "sys", "dev", "run", "opt"]) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
  writeFileSync(join(root, "etc/passwd"), PASSWD);
  writeFileSync(join(root, "etc/group"), "root:x:0:\nnode:x:1000:\n");
  const { binary, applets } = readBusybox();
  writeFileSync(join(root, "bin/busybox"), binary, { mode: 0o755 });
  for (const applet of applets) if (applet !== "busybox") symlinkSync("busybox", join(root, "bin", applet));
  symlinkSync("/bin/busybox", join(root, "usr/bin/env"));
  writeFileSync(join(root, "usr/local/bin/npx"), NPX, { mode: 0o755 });
  copyInto(root, process.execPath, "/usr/local/bin/node");
  const natives = [process.execPath];
  for (const [name, folder] of buildPackages()) {
    cpSync(folder, join(root, "opt/stand-in/node_modules", name), { recursive: true, dereference: true });
    natives.push(...readdirSync(folder).flatMap((file) => (file.endsWith(".node") ? [join(folder, file)] : [])));
  }
  for (const library of new Set(natives.flatMap(librariesOf))) copyInto(root, library, library);
}

function copyInto(root: string, from: string, to: string): void {
  const target = join(root, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
  chmodSync(target, 0o755);
}

/** Paths of the shared libraries that a program is loaded with, its loader among them. */
function librariesOf(program: string): readonly string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}
