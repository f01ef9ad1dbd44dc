import type { Mutation } from "./mutation.ts";

/** A doctor that is green though somebody is needed, or red though nobody is. */
export const DOCTOR_MUTATIONS: readonly Mutation[] = [
  {
    breaks: "promise 19: the doctor passes over a drain",
    file: "agent/doctor/daemon/pools-check.ts",
    search: 'troubles.push({ status: "warn",',
    replace: 'troubles.push({ status: "pass",',
    foundBy: ["doctor"],
  },
  {
    breaks: "H11: an answer that breaks off is taken for another program's",
    file: "agent/edge/ask-freshness.ts",
    search: "if (error instanceof SyntaxError) return undefined;",
    replace: "if (error !== null) return undefined;",
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: a pause that a person has to end passes",
    file: "agent/doctor/daemon/pools-check.ts",
    search: 'status: mender === "time" ? "pass" : "fail",\n    text: `${where} is paused',
    replace: 'status: "pass",\n    text: `${where} is paused',
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: a pause that ends by itself fails the doctor",
    file: "agent/doctor/daemon/pools-check.ts",
    search: 'status: mender === "time" ? "pass" : "fail",\n    text: `${where} is paused',
    replace: 'status: "fail",\n    text: `${where} is paused',
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: the pools file is compared with itself",
    file: "agent/doctor/daemon/loaded-check.ts",
    search: "if (loaded.hash === shortHash(fleet)) {",
    replace: "if (shortHash(fleet) === shortHash(fleet)) {",
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: slots that end without a job are chance for ever",
    file: "agent/doctor/daemon/outcomes-check.ts",
    search: "const NO_CHANCE = 3;",
    replace: "const NO_CHANCE = 300;",
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: a job that waits for hours passes",
    file: "agent/doctor/daemon/waiting-check.ts",
    search: "atMs - sinceMs > tooLongMs",
    replace: "false",
    foundBy: ["doctor"],
  },
  {
    breaks: "promise 19: what the machine lacks is not measured",
    file: "agent/doctor/daemon/room-check.ts",
    search: "const error = shortage(rule, pool, 0);",
    replace: "const error = shortage({ ...rule, minFreeDiskBytes: 0, minFreeMemoryBytes: 0 }, pool, 0);",
    foundBy: ["doctor"],
  },
];
