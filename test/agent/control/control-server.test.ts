import { existsSync, renameSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { startControl } from "../../../agent/control/control-server.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { controlWorld, HandDrivenDaemon, SLOT } from "./world.ts";

/** What a side meets that writes to one who has hung up. */
const GONE: ReadonlySet<string> = new Set(["EPIPE", "ECONNRESET"]);

/** Sends text as it is and gives all that comes back until the end. */
function talk(folder: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(join(folder, "control.sock"));
    let heard = "";
    socket.on("data", (chunk) => (heard += chunk.toString()));
    socket.on("error", (error: NodeJS.ErrnoException) => GONE.has(error.code ?? "") || reject(error));
    socket.on("close", () => resolve(heard));
    socket.write(text);
  });
}

test("the socket is its user's alone and is gone with the daemon", async () => {
  const { folder, control } = await controlWorld();
  const path = join(folder, "control.sock");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await control?.close();
  expect(existsSync(path)).toBe(false);
});

test("the socket of a daemon that was killed is taken over", async () => {
  const folder = temporaryFolder();
  const path = join(folder, "control.sock");
  const dead = createServer();
  await new Promise<void>((resolve) => void dead.listen(path, resolve));
  // A killed process leaves the file and nobody behind it.
  renameSync(path, `${path}.kept`);
  await new Promise((resolve) => void dead.close(resolve));
  renameSync(`${path}.kept`, path);
  const { daemon } = await controlWorld(folder);
  await talk(folder, '{"op":"drain","pool":"home","on":false}\n');
  expect(daemon.asked).toEqual(["home off"]);
});

test("a second daemon on one folder is refused, and the first goes on", async () => {
  const { folder, daemon } = await controlWorld();
  const second = startControl({ dataFolder: folder, daemon: new HandDrivenDaemon(), log: capturedLog().log });
  await expect(second).rejects.toMatchObject({
    code: "daemon-runs",
    remedy: expect.stringContaining("Stop it") as string,
  });
  await talk(folder, '{"op":"drain","pool":"home","on":false}\n');
  expect(daemon.asked).toEqual(["home off"]);
});

test.each([
  ["a path too long for a socket", () => join(temporaryFolder(), "x".repeat(120))],
  ["a folder that is none", () => join(temporaryFolder(), "none")],
])("%s costs the commands, not the daemon", async (_case, folder) => {
  const log = capturedLog();
  expect(await startControl({ dataFolder: folder(), daemon: new HandDrivenDaemon(), log: log.log })).toBeNull();
  expect(log.records()).toMatchObject([{ level: "warn", remedy: expect.stringContaining("HOOKLINE_DATA") as string }]);
});

test("what is in the socket's place and is none is left alone", async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "control.sock"), "mine");
  const log = capturedLog();
  expect(await startControl({ dataFolder: folder, daemon: new HandDrivenDaemon(), log: log.log })).toBeNull();
  expect(statSync(join(folder, "control.sock")).isFile()).toBe(true);
});

test.each([
  ["no JSON", "hello\n"],
  ["an operation of tomorrow", '{"op":"explode"}\n'],
  ["a field too many", '{"op":"drain","pool":"home","on":true,"force":true}\n'],
  ["no pool", '{"op":"drain","pool":"","on":true}\n'],
])("%s is refused and does nothing", async (_case, line) => {
  const { folder, daemon } = await controlWorld();
  expect(JSON.parse(await talk(folder, line))).toMatchObject({ type: "refused", code: "protocol" });
  expect(daemon.asked).toEqual([]);
});

test("a line without an end is cut off", async () => {
  const { folder, daemon } = await controlWorld();
  expect(await talk(folder, "x".repeat(100_000))).toBe("");
  expect(daemon.asked).toEqual([]);
});

test("who hangs up in the middle leaves the daemon as it is, and what was asked stays", async () => {
  const { folder, daemon } = await controlWorld();
  const socket = connect(join(folder, "control.sock"));
  onTestFinished(() => void socket.destroy());
  const heard = new Promise((resolve) => void socket.once("data", resolve));
  socket.write('{"op":"drain","pool":"home","on":true}\n');
  await heard;
  socket.destroy();
  daemon.becomes({ slots: 1, open: 0 });
  expect(daemon.drainProgress()).toEqual({ draining: true, slots: 1, busy: 1, open: 0 });
  expect(await talk(folder, '{"op":"drain","pool":"home","on":false}\n')).toContain('"type":"done"');
});

const SQLITE_READ_ONLY = 8;

test.each<[string, string, Error, object]>([
  [
    "a journal that is damaged",
    '{"op":"status"}\n',
    sqliteError("database disk image is malformed", 11),
    { message: expect.stringContaining("malformed"), remedy: expect.stringContaining("damaged") },
  ],
  [
    "a folder that became read-only",
    '{"op":"drain","pool":"home","on":true}\n',
    sqliteError("attempt to write a readonly database", SQLITE_READ_ONLY),
    { message: expect.stringContaining("readonly"), remedy: expect.stringContaining("read-only") },
  ],
  [
    "what nobody has thought of",
    `{"op":"retire","slot":"${SLOT}","force":false}\n`,
    new Error("out of cheese"),
    { message: expect.stringContaining("out of cheese"), remedy: expect.not.stringMatching(/disk/i) },
  ],
])(
  "H6: %s is refused with its own reason and remedy, not taken for the daemon's end",
  async (_case, line, error, told) => {
    const { folder, daemon } = await controlWorld();
    const fails = (): never => {
      throw error;
    };
    daemon.status = fails;
    daemon.drain = fails;
    daemon.retire = fails;
    expect(JSON.parse(await talk(folder, line))).toMatchObject({ type: "refused", ...told });
  },
);

function sqliteError(message: string, errcode: number): Error {
  return Object.assign(new Error(message), { code: "ERR_SQLITE_ERROR", errcode });
}
