import { expect, test } from "vitest";

import { foreignTo, type Route } from "../../../shared/link/route.ts";

const route = (change: Partial<Route> = {}): Route => ({
  owner: "me",
  labels: ["self-hosted", "linux", "nas"],
  ...change,
});

test.each([
  [["self-hosted", "nas", "mem=4g"], null],
  [["self-hosted", "nas", "MEM=4G"], null],
  [["self-hosted", "nas", "mem="], null],
  [["self-hosted", "nas", "memory=4g"], "labels"],
  [["self-hosted", "nas", "cpu=2"], "labels"],
  [["self-hosted", "other", "mem=4g"], "labels"],
])("a route with the label pattern mem=* takes %j: %j", (labels, expected) => {
  const routes = [route({ labels: ["self-hosted", "linux", "nas", "mem=*"] })];
  expect(foreignTo(routes, { repository: "me/app", labels })).toBe(expected);
});

test.each([
  ["me/app", null],
  ["Me/Other", null],
  ["me/legacy", "owner"],
  ["you/app", "owner"],
])("a route with the repositories me/* and !me/legacy takes %s: %j", (repository, expected) => {
  const routes = [route({ repositories: ["me/*", "!me/legacy"] })];
  expect(foreignTo(routes, { repository, labels: ["nas"] })).toBe(expected);
});

test("an asterisk alone is a label like any other", () => {
  expect(foreignTo([route({ labels: ["*"] })], { repository: "me/app", labels: ["nas"] })).toBe("labels");
});
