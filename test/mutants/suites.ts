import type { Suite } from "./mutation.ts";

/** One failure is enough to know that a break was found. */
const VITEST = ["node_modules/vitest/vitest.mjs", "run", "--bail=1"];
const SEEDS = "200";

/** What each suite runs, from the root of a copy of the project. None of them needs a Docker Engine. */
export const SUITES: Readonly<Record<Suite, readonly string[]>> = {
  simulation: ["test/simulation/main.ts", "--from", "1", "--seeds", SEEDS],
  crash: [...VITEST, "--project", "node", "test/crash"],
  prices: [...VITEST, "--project", "worker", "test/worker/prices.test.ts", "-t", "2000 signals|hello|2.3 rows"],
  worker: [...VITEST, "--project", "worker"],
  standalone: [...VITEST, "--project", "node", "test/agent/standalone"],
  rules: [
    ...VITEST,
    "--project",
    "node",
    "test/shared/controller",
    "test/agent/slots",
    "test/agent/docker/pull.test.ts",
  ],
  controller: [...VITEST, "--project", "node", "test/shared/controller", "test/shared/schedule"],
  house: [...VITEST, "--project", "node", "test/agent/house"],
  journal: [...VITEST, "--project", "node", "test/agent/journal"],
  daemon: [...VITEST, "--project", "node", "test/agent/daemon"],
  control: [
    ...VITEST,
    "--project",
    "node",
    "test/agent/control",
    "test/agent/commands/retire.test.ts",
    "test/agent/commands/caches.test.ts",
  ],
  mailbox: [...VITEST, "--project", "node", "test/shared/mailbox"],
  link: [...VITEST, "--project", "node", "test/shared/edge", "test/agent/link"],
  edge: [...VITEST, "--project", "node", "test/shared/edge/retryable.test.ts"],
  upgrade: [...VITEST, "--project", "node", "test/e2e/release-before.test.ts"],
  github: [...VITEST, "--project", "node", "test/agent/sweeps", "test/agent/github"],
  notices: [...VITEST, "--project", "node", "test/agent/notices"],
  settings: [...VITEST, "--project", "node", "test/agent/settings"],
  receiver: [...VITEST, "--project", "node", "test/shared/receiver"],
  facts: [...VITEST, "--project", "node", "test/shared/workflow-job"],
  status: [
    ...VITEST,
    "--project",
    "node",
    "test/agent/status",
    "test/agent/why",
    "test/agent/log",
    "test/agent/report",
    "test/agent/commands/report.test.ts",
    "test/agent/commands/status.test.ts",
    "test/agent/commands/describe-status.test.ts",
  ],
  page: [
    ...VITEST,
    "--project",
    "node",
    "test/agent/web",
    "--exclude",
    "**/*-browser.test.ts",
    "--exclude",
    "**/alerts/**",
  ],
  alerts: [...VITEST, "--project", "node", "test/agent/web/alerts"],
  doctor: [...VITEST, "--project", "node", "test/agent/doctor"],
};
