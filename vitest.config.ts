import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

import { PATIENCE_MS } from "./test/stand-ins/process/patience.ts";

/** The engine's tests run where an engine is required, as `.ci/run` requires one. */
const engineRequired = process.env["HOOKLINE_REQUIRE_DOCKER"] === "1";

/** `pnpm bench edge` fills a mailbox with a week of the promised load, which is too long for a test. */
const benching = process.env["HOOKLINE_BENCH"] === "1";

/** Where the report of this run goes; `.ci/run` has one for each part. */
const report = process.env["HOOKLINE_TEST_REPORT"] ?? "test-results/report.json";

/** Ends what hangs. No test has a limit of its own: how long one takes says more about the machine than about the code. */
const HANGS_MS = 240_000;
const limits = { testTimeout: HANGS_MS, hookTimeout: HANGS_MS, expect: { poll: { timeout: PATIENCE_MS } } };

const ENGINE_TESTS = "test/**/*.engine.test.ts";

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: report }]],
    maxWorkers: "100%",
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                GITHUB_WEBHOOK_SECRET: "test-webhook-secret",
                GITHUB_WEBHOOK_SECRET_PREVIOUS: "test-webhook-secret-previous",
                HOOKLINE_TOKEN: "test-link-token",
                HOOKLINE_TOKEN_PREVIOUS: "test-link-token-previous",
                HOOKLINE_READ_TOKEN: "test-read-token",
                HOOKLINE_READ_TOKEN_PREVIOUS: "test-read-token-previous",
              },
            },
          }),
        ],
        test: {
          name: "worker",
          include: [benching ? "test/worker/**/*.bench.ts" : "test/worker/**/*.test.ts"],
          ...limits,
        },
      },
      {
        test: {
          name: "node",
          globalSetup: ["test/stand-ins/docker/say-what-is-left-out.ts"],
          include: ["test/**/*.test.ts"],
          exclude: ["test/worker/**", ENGINE_TESTS],
          ...limits,
        },
      },
      {
        test: {
          name: "engine",
          globalSetup: ["test/stand-ins/docker/require-engine.ts"],
          setupFiles: ["test/stand-ins/docker/file-leaves-nothing.ts"],
          include: engineRequired ? [ENGINE_TESTS] : [],
          ...limits,
        },
      },
    ],
  },
});
