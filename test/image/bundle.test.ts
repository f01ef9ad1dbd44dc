import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { ASSET_NAMES } from "../../agent/web/page/assets.ts";
import { bundleAgent, type AgentBundle } from "../../config/build/bundle-agent.ts";
import { VERSION } from "../../shared/version.ts";
import { PrintedLines } from "../stand-ins/process/printed-lines.ts";
import { temporaryFolder } from "../stand-ins/files/temporary-folder.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const built = mkdtempSync(join(tmpdir(), "hookline-bundle-"));
let bundle: AgentBundle;

beforeAll(async () => {
  bundle = await bundleAgent(join(built, "program"));
});

afterAll(() => {
  rmSync(built, { recursive: true });
});

test("the agent runs where nothing else is, and holds the licences of what is inside", async () => {
  const folder = temporaryFolder();
  const { program } = bundle;
  const { stdout } = await run(process.execPath, [program, "version"], { cwd: folder, env: {} });
  expect(stdout).toBe(`${VERSION}\n`);
  const code = contents(dirname(program)).join("\n");
  expect(code).not.toMatch(/from\s*["'](?!node:|\.)[a-z@]/);
  const licenses = readFileSync(join(dirname(program), "licenses.txt"), "utf8");
  for (const name of ["ws", "yaml", "zod"]) expect(licenses).toMatch(new RegExp(`^${name}\\n\\n[^]*Copyright`, "m"));
});

test("the daemon loads less than 700 KiB: what only the doctor, init or a receiver needs stays on disk", () => {
  const { program, daemonBytes } = bundle;
  const all = contents(dirname(program)).reduce((total, code) => total + Buffer.byteLength(code), 0);
  expect(daemonBytes).toBeLessThan(700 * 1024);
  expect(daemonBytes).toBeLessThan(0.8 * all);
});

test("a stack trace of the bundle names classes, functions and methods as the sources do", () => {
  const code = contents(dirname(bundle.program)).join("\n");
  for (const name of ["SlotManager=class", "#ask(", "function servingPool"]) expect(code).toContain(name);
});

test("two builds of the same sources are the same files", async () => {
  const second = await bundleAgent(join(temporaryFolder(), "program"));
  expect(contents(dirname(second.program))).toEqual(contents(dirname(bundle.program)));
});

test("the page's files lie where the bundle looks for them", () => {
  const { program } = bundle;
  const names = contents(dirname(program)).map((text) => text.split("\n")[0]);
  expect(names).toEqual(expect.arrayContaining(ASSET_NAMES.map((name) => `assets/${name}`)));
  expect(names).not.toContain("assets/tsconfig.json");
});

test("the bundled agent serves the page and all that it loads", async () => {
  const folder = temporaryFolder();
  const { program } = bundle;
  const pools = { version: 2, pools: [{ key: "home", organization: "acme", labels: ["nas"] }] };
  writeFileSync(join(folder, "pools.yaml"), JSON.stringify(pools));
  const env = {
    HOOKLINE_HTTP: "127.0.0.1:0",
    HOOKLINE_HTTP_READ: "open",
    HOOKLINE_CONFIG: join(folder, "pools.yaml"),
    HOOKLINE_DATA: join(folder, "data"),
    GITHUB_API_URL: "http://127.0.0.1:1",
    GITHUB_TOKEN: "ghp_of_this_test",
    DOCKER_HOST: `unix://${join(folder, "docker.sock")}`,
  };
  const child = spawn(process.execPath, [program, "agent"], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const gone = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
  });
  const printed = new PrintedLines();
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => printed.add(line)).on("close", () => printed.end());
  const serving = await printed.waitFor(/"serving over HTTP"/);
  const url = /"url":"([^"]+)"/.exec(serving)?.[1] ?? "";
  expect(await (await fetch(url)).text()).toContain("Getting ready");
  for (const name of ASSET_NAMES) expect((await fetch(`${url}/assets/${name}`)).status, name).toBe(200);
});

/** Each file of a folder and those below it as text, the name before it, in the order of the names. */
function contents(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(folder, join(parentPath, name)))
    .toSorted()
    .map((name) => `${name}\n${readFileSync(join(folder, name), "utf8")}`);
}

test("image and compose files carry the version of the code", () => {
  expect(read("Dockerfile")).toContain(`ARG VERSION=${VERSION}\n`);
  for (const name of ["compose.yaml", "compose.socket-proxy.yaml"]) {
    expect(read(`config/${name}`)).toContain(`image: \${HOOKLINE_IMAGE:-hookline:${VERSION}}`);
  }
});
