import { renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { FleetFile } from "../../../agent/daemon/fleet-file.ts";
import { readPoolsFile } from "../../../agent/settings/pools-file.ts";
import type { Fleet } from "../../../shared/fleet/pool.ts";
import { capturedLog } from "../../samples/captured-log.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";

const text = (...labels: readonly string[]): string =>
  `version: 2\npools:\n  - {key: nas, organization: acme, allowedRepositories: [acme/web], labels: [${labels.join(", ")}]}\n`;

/** `meanwhile` comes to the file between its first reading and the start of the daemon. */
function loaded(meanwhile: (path: string) => void = () => {}) {
  const cwd = temporaryFolder();
  const path = join(cwd, "pools.yaml");
  writeFileSync(path, text("nas"));
  const read = () => readPoolsFile({ file: path, cwd, env: {} });
  const { fleet } = read();
  meanwhile(path);
  const taken: Fleet[] = [];
  const log = capturedLog();
  const clock = new VirtualClock();
  const file = new FleetFile({
    path,
    read,
    fleet,
    take: (changed) => taken.push(changed),
    clock,
    log: log.log,
  });
  return { path, file, taken, clock, records: () => log.records() };
}

test.each([
  ["an edit", text("nas", "gpu"), [["nas", "gpu"]], "info"],
  ["one that cannot be used", "version: 3\n", [], "error"],
] as const)(
  "promise 20: %s that came while the agent waited for its disk is seen when the daemon starts",
  (_what, edited, labels, level) => {
    const { file, taken, records } = loaded((path) => writeFileSync(path, edited));
    const stop = new AbortController();
    onTestFinished(() => stop.abort());
    file.watch(stop.signal);
    expect(taken.map(labelsOf)).toEqual(labels);
    expect(
      records()
        .filter(({ msg }) => String(msg).startsWith("pools file "))
        .map((record) => record["level"]),
    ).toContain(level);
  },
);

const labelsOf = (fleet: Fleet | undefined): readonly string[] | undefined => fleet?.pools[0]?.labels;

test.each([
  ["in place", (path: string, content: string) => writeFileSync(path, content)],
  [
    "by a rename, as editors do",
    (path: string, content: string) => {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
    },
  ],
])("a file that was edited %s is taken up", (_how, edit) => {
  const { path, file, taken } = loaded();
  edit(path, text("nas", "gpu"));
  file.lookAgain();
  expect(taken.map(labelsOf)).toEqual([["nas", "gpu"]]);
  file.lookAgain();
  expect(taken).toHaveLength(1);
});

test("promise 20: a file that cannot be used is refused whole, with its place; the fleet goes on, and the next edit is taken", () => {
  const { path, file, taken, records } = loaded();
  writeFileSync(path, text("nas", "gpu").replace("labels", "lables"));
  expect(file.reload()).toMatchObject({ kind: "refused", message: expect.stringContaining("pools.yaml:3") });
  file.lookAgain();
  file.lookAgain();
  expect(taken).toEqual([]);
  const said = records().filter(({ msg }) => msg === "pools file refused; the fleet goes on as before");
  expect(said).toMatchObject([{ level: "error", reason: expect.stringContaining("lables") }]);
  writeFileSync(path, text("nas", "gpu"));
  file.lookAgain();
  expect(taken).toHaveLength(1);
});

test("a file that is written in two pieces, or is away for a moment, costs nothing", () => {
  const { path, file, taken } = loaded();
  truncateSync(path, 20);
  file.lookAgain();
  renameSync(path, `${path}.away`);
  file.lookAgain();
  writeFileSync(path, text("nas", "gpu"));
  file.lookAgain();
  expect(taken.map(labelsOf)).toEqual([["nas", "gpu"]]);
});

test("a file that cannot even be looked at is refused, and ends nothing", () => {
  const { path, file, taken } = loaded();
  renameSync(path, `${path}.away`);
  symlinkSync(path, path);
  file.lookAgain();
  expect(file.reload()).toMatchObject({ kind: "refused" });
  rmSync(path);
  writeFileSync(path, text("nas", "gpu"));
  file.lookAgain();
  expect(taken.map(labelsOf)).toEqual([["nas", "gpu"]]);
});

test("an edit that changes nothing of the fleet is no change", () => {
  const { path, file, taken } = loaded();
  writeFileSync(path, `# a word\n${text("nas")}`);
  expect(file.reload()).toEqual({ kind: "same", pools: ["nas"] });
  expect(taken).toEqual([]);
});

test("what goes wrong in the agent while it takes the file up is an error of the reload, not the agent's end", () => {
  const { path, clock, records } = loaded();
  const log = capturedLog();
  const read = () => readPoolsFile({ file: path, cwd: "/", env: {} });
  const take = (): never => {
    throw new Error("boom");
  };
  const file = new FleetFile({ path, read, fleet: read().fleet, take, clock, log: log.log });
  writeFileSync(path, text("nas", "gpu"));
  expect(file.reload()).toMatchObject({ kind: "refused", message: "boom" });
  expect(records()).toEqual([]);
});
