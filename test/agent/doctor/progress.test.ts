import { expect, test } from "vitest";

import { Progress } from "../../../agent/doctor/progress.ts";

function written(isLive: boolean): string {
  let text = "";
  const progress = new Progress(["edge-reachable", "github-token"], isLive, (part) => void (text += part));
  progress.finished("edge-reachable", "ok  edge\n");
  progress.finished("github-token", "ok  github\n");
  return text;
}

test("on a terminal one line tells what is waited for, and is gone in the end", () => {
  expect(written(true)).toBe(
    "… 0 of 2, waiting for edge-reachable, github-token\r\u001B[2Kok  edge\n… 1 of 2, waiting for github-token\r\u001B[2Kok  github\n",
  );
});

test("elsewhere there are plain lines and nothing more", () => {
  expect(written(false)).toBe("ok  edge\nok  github\n");
});
