import { defineConfig } from "vitest/config";

/** The long proofs: real processes, killed and cut for minutes. `pnpm test:soak` ends by itself within ten minutes. */
export default defineConfig({
  test: {
    include: ["test/soak/**/*.soak.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
  },
});
