import { expect, test } from "vitest";

import { judgeAlone } from "../../../agent/doctor/agent/alone-check.ts";

const OURS = { name: "hookline-nas--home-ours", plannedAtMs: 1000 };
const options = { instance: "nas", folderId: "mine", slots: [OURS] };
const container = (change: object) => ({
  name: "hookline-nas--home-x",
  folderId: "theirs",
  createdAtMs: 2000,
  ...change,
});

test("C-13: a container that another folder's agent made beside this one is told, with the remedy", () => {
  const finding = judgeAlone([container({})], options);
  expect(finding).toMatchObject({ status: "warn", summary: expect.stringContaining("hookline-nas--home-x") as string });
  expect(finding.remedy).toContain("HOOKLINE_INSTANCE");
});

test.each([
  ["made before this folder was used", container({ createdAtMs: 500 }), options],
  ["of this folder", container({ folderId: "mine" }), options],
  ["of a version that wrote no folder", container({ folderId: null }), options],
  ["that the journal knows, of a folder whose id was lost", container({ name: OURS.name }), options],
  ["while the journal knows no slot yet", container({}), { ...options, slots: [] }],
])("a container %s is nobody else's", (_what, one, given) => {
  expect(judgeAlone([one], given).status).toBe("pass");
});
