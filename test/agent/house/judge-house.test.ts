import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { judgeHouse } from "../../../agent/house/judge-house.ts";
import { machineFacts } from "../../../agent/house/machine-facts.ts";
import { temporaryFolder } from "../../stand-ins/files/temporary-folder.ts";
import { PATIENCE_MS } from "../../stand-ins/process/patience.ts";

/** A /proc with what its kernel's documents show; `files` are its own. */
function procOf(files: Readonly<Record<string, string>>, namespace = "pid:[4026531836]"): string {
  const proc = temporaryFolder();
  for (const [name, text] of Object.entries({ "self/ns/none": "", ...files })) {
    mkdirSync(join(proc, name, ".."), { recursive: true });
    writeFileSync(join(proc, name), text);
  }
  symlinkSync(namespace, join(proc, "self/ns/pid"));
  return proc;
}

const PSI = "some avg10=41.50 avg60=4.20 avg300=0.10 total=157656722\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n";
const BUSY = {
  loadavg: "6.25 3.10 1.00 2/1234 99\n",
  meminfo: "MemTotal:       8000000 kB\nMemFree:          10000 kB\nMemAvailable:    524288 kB\n",
  "pressure/cpu": PSI,
  "pressure/io": PSI,
  "7/comm": "rsync\n",
  "1/comm": "systemd\n",
};
const RULE = { containers: [], processes: [] };

test("the kernel's own files say how loaded, short or pressed the machine is", () => {
  const facts = machineFacts(procOf(BUSY));
  const judged = (rule: object) => judgeHouse({ ...RULE, ...rule }, facts, null);
  expect(judged({ load: 6 }).holds).toEqual(["the load is 6.25, of 6"]);
  expect(judged({ load: 7 }).holds).toEqual([]);
  expect(judged({ freeMemoryBytes: 2 ** 30 }).holds).toEqual(["less than 1 GiB of memory is free"]);
  expect(judged({ freeMemoryBytes: 2 ** 29 }).holds).toEqual([]);
  expect(judged({ pressure: { io: 40 } }).holds).toEqual(["the pressure on io is 41.5 %, of 40 %"]);
  expect(judged({ pressure: { cpu: 42 } }).holds).toEqual([]);
  expect(judged({ processes: ["rsync", "tar"] }).holds).toEqual(["program rsync runs"]);
});

test("what cannot be seen holds nothing and is named: a kernel of before 4.20, a container without pid: host, an engine away", () => {
  const facts = machineFacts(procOf({ "1/comm": "node\n" }, "pid:[4026532100]"));
  const rule = { containers: ["backup"], processes: ["rsync"], load: 1, freeMemoryBytes: 1, pressure: { memory: 5 } };
  expect(judgeHouse(rule, facts, null)).toEqual({
    holds: [],
    unseen: [
      expect.stringMatching(/^container backup: no engine/),
      expect.stringMatching(/^program rsync: .*pid: host/),
      expect.stringMatching(/^load/),
      expect.stringMatching(/^freeMemory/),
      expect.stringMatching(/^pressure on memory: .*4\.20/),
    ],
  });
});

test("a container holds while it runs, by its own name alone", () => {
  const facts = machineFacts(procOf({}));
  const judged = (...names: readonly string[]) =>
    judgeHouse({ ...RULE, containers: ["backup"] }, facts, new Set(names)).holds;
  expect([judged("backup"), judged("backup-2", "plex"), judged()]).toEqual([["container backup runs"], [], []]);
});

test("a real program on this machine is seen by its name, where the agent is in the host's namespace of processes", async () => {
  const facts = machineFacts();
  const seen = facts.processes();
  if (seen === null) return expect(judgeHouse({ ...RULE, processes: ["sleep"] }, facts, null).unseen).toHaveLength(1);
  const child = spawn("sleep", ["600"]);
  onTestFinished(() => void child.kill());
  await once(child, "spawn");
  await expect
    .poll(() => judgeHouse({ ...RULE, processes: ["sleep"] }, facts, null).holds)
    .toEqual(["program sleep runs"]);
});

test("the pressure of this very machine holds as long as programs wait for its processors; a kernel without it is named", async () => {
  const judged = () => judgeHouse({ ...RULE, pressure: { cpu: 1 } }, machineFacts(), null);
  if (machineFacts().pressure().cpu === null) return expect(judged().unseen).toEqual([expect.stringMatching(/4\.20/)]);
  // More programs than there are processors: some of them always waits.
  const busy = Array.from({ length: 2 * availableParallelism() }, () => {
    return spawn(process.execPath, ["--eval", "for (;;);"], { stdio: "ignore" });
  });
  onTestFinished(() => busy.forEach((child) => void child.kill("SIGKILL")));
  await expect
    .poll(() => judged().holds, { timeout: PATIENCE_MS })
    .toEqual([expect.stringMatching(/^the pressure on cpu is [\d.]+ %, of 1 %$/)]);
});
