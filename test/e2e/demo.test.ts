import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { DEMO, holds, report } from "./run-demo.ts";

test("the demo runs every job through the whole chain, with duplicates sent and no slot too many", async () => {
  holds(await report("--jobs", "6", "--rate", "20"), 6);
});

test("a burst of jobs gets a slot each", async () => {
  holds(await report("--jobs", "12", "--burst"), 12);
});

test("the demo through the standalone receiver does the same", async () => {
  holds(await report("--standalone", "--jobs", "6", "--rate", "20"), 6);
});

test.each([
  ["an option that there is not", ["--nonsense"]],
  ["no number of jobs", ["--jobs", "many"]],
  ["too many jobs", ["--jobs", "1000"]],
  ["both paces at once", ["--burst", "--rate", "3"]],
])("the demo refuses %s with exit code 2 and says where help is", async (_case, args) => {
  await expect(promisify(execFile)(process.execPath, [DEMO, ...args])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("--help") as string,
  });
});
