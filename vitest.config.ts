import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    reporters: ["default", ["json", { outputFile: "test-results/report.json" }]],
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
              },
            },
          }),
        ],
        test: { name: "worker", include: ["test/worker/**/*.test.ts"] },
      },
      {
        test: {
          name: "node",
          globalSetup: ["test/docker/announce-engine.ts"],
          include: ["test/**/*.test.ts"],
          exclude: ["test/worker/**"],
          testTimeout: 15_000,
        },
      },
    ],
  },
});
