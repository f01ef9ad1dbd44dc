import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { rawCall } from "./raw-call.ts";
import { readBusybox } from "./busybox.ts";
import { suiteName } from "./suite-names.ts";
import { tarOf, type TarEntry } from "./tar.ts";

export interface RunnerImageOptions {
  /** Content of `/home/runner/run.sh`, a busybox shell script that starts with `#!/bin/sh`. */
  readonly runScript: string;
  /** More programs, by name: shell scripts. */
  readonly tools?: Readonly<Record<string, string>>;
  /** Programs of this machine, with the libraries that they ask for, by their paths here. */
  readonly programs?: readonly string[];
  /** `name:tag` of the image; a new one by default. */
  readonly tag?: string;
  /** Paths that get an anonymous volume in every container. */
  readonly volumes?: readonly string[];
}

export interface RunnerImage {
  readonly image: string;
  /** Removes the image; containers of it have to be gone. */
  remove(): Promise<void>;
}

const RUNNER_UID = 1001;
const ENV_PATH = "PATH=/usr/local/bin:/usr/bin:/bin";

/**
 * Makes a stand-in for the runner image without a registry: busybox, a user `runner` with uid 1001 as in the real
 * one, and the script given. The engine imports it as one layer.
 */
export async function buildRunnerImage(options: RunnerImageOptions): Promise<RunnerImage> {
  const image = options.tag ?? `hookline-test-runner:${suiteName()}`;
  const colon = image.lastIndexOf(":");
  const query = new URLSearchParams({ fromSrc: "-", repo: image.slice(0, colon), tag: image.slice(colon + 1) });
  const changes = ["USER runner", "WORKDIR /home/runner", `ENV ${ENV_PATH}`, "LABEL hookline.test=true"];
  // Containers have the labels of their image, and so the mark, whatever name they are given.
  changes.push(`LABEL hookline.test.mark=${suiteName()}`);
  for (const path of options.volumes ?? []) changes.push(`VOLUME ${path}`);
  for (const change of changes) query.append("changes", change);
  const progress = await rawCall("POST", `/images/create?${query.toString()}`, tarOf(entriesOf(options)));
  if (progress.includes('"error"')) throw new Error(`The test image could not be imported: ${progress}`);
  // Podman 4 takes the name of an import and not its tag.
  const repo = image.slice(0, colon);
  const name = (progress.match(/sha256:[0-9a-f]{64}/) ?? [image])[0];
  await rawCall("POST", `/images/${name}/tag?${new URLSearchParams({ repo, tag: image.slice(colon + 1) }).toString()}`);
  return { image, remove: async () => void (await rawCall("DELETE", `/images/${image}?force=1`)) };
}

/** The one layer of such an image as a tar archive, for a registry to serve. */
export function runnerLayer(options: RunnerImageOptions): Buffer {
  return tarOf(entriesOf(options));
}

function entriesOf({ runScript, tools = {}, programs = [] }: RunnerImageOptions): TarEntry[] {
  const { binary, applets } = readBusybox();
  const folder = (path: string, mode = 0o755, uid = 0): TarEntry => ({ path: `${path}/`, kind: "folder", mode, uid });
  const file = (path: string, content: string | Uint8Array, mode: number, uid = 0): TarEntry => ({
    path,
    kind: "file",
    mode,
    uid,
    content: typeof content === "string" ? Buffer.from(content) : content,
  });
  const links = applets
    .filter((applet) => applet !== "busybox")
    .map((applet): TarEntry => ({ path: `bin/${applet}`, kind: "link", mode: 0o777, target: "busybox" }));
  return [
    folder("bin"),
    folder("etc"),
    folder("home"),
    folder("home/runner", 0o755, RUNNER_UID),
    folder("tmp", 0o1777),
    file(
      "etc/passwd",
      `root:x:0:0:root:/:/bin/sh\nrunner:x:${RUNNER_UID}:${RUNNER_UID}::/home/runner:/bin/sh\n`,
      0o644,
    ),
    file("etc/group", `root:x:0:\nrunner:x:${RUNNER_UID}:\n`, 0o644),
    file("bin/busybox", binary, 0o755),
    ...links,
    ...programs.flatMap(withLibraries).map((path) => file(path.slice(1), readFileSync(path), 0o755)),
    ...Object.entries(tools).map(([name, script]) => file(`bin/${name}`, script, 0o755)),
    file("home/runner/run.sh", runScript, 0o755, RUNNER_UID),
  ];
}

/** https://man7.org/linux/man-pages/man1/ldd.1.html */
function withLibraries(program: string): readonly string[] {
  const libraries = execFileSync("ldd", [program], { encoding: "utf8" }).match(/(?<=\s)\/\S+/g) ?? [];
  return [program, ...libraries];
}
