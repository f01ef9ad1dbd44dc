import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

/** A static busybox of this machine, from which test images are made without any registry. */
export interface Busybox {
  readonly binary: Buffer;
  readonly applets: readonly string[];
}

const PLACES = ["/bin/busybox", "/usr/bin/busybox", "/bin/busybox-static"];
const REMEDY = "Install the package busybox-static, or name a static busybox in HOOKLINE_BUSYBOX.";

export function readBusybox(): Busybox {
  const named = process.env.HOOKLINE_BUSYBOX;
  const path = (named === undefined ? PLACES : [named]).find((place) => existsSync(place));
  if (path === undefined) throw new Error(`There is no busybox here. ${REMEDY}`);
  const binary = readFileSync(path);
  if (binary.includes("/ld-linux") || binary.includes("/ld-musl")) throw new Error(`${path} is not static. ${REMEDY}`);
  const applets = execFileSync(path, ["--list"], { encoding: "utf8" }).trim().split("\n");
  return { binary, applets };
}
