import { chmodSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";

/** Where `pnpm run build:agent` and the Dockerfile put the bundle, from the repository's root. */
export const AGENT_BUNDLE = "dist/agent/hookline.mjs";

const root = join(import.meta.dirname, "../..");

/** ws is CommonJS and asks for Node's modules by `require`, which a module does not have by itself. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * Writes the agent with all that it imports as one executable file for Node 24. Names are kept and lines
 * are short, so that a stack trace still says where; the licences of what is inside stand at its end.
 */
export async function bundleAgent(outfile = join(root, AGENT_BUNDLE)): Promise<string> {
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    absWorkingDir: root,
    entryPoints: ["agent/main.ts"],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // The options of the type checker say nothing about how the sources run, and are not in the image's build.
    tsconfigRaw: {},
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: "eof",
    // Native helpers that ws takes where they are installed; Node's own code is fast enough for one link.
    external: ["bufferutil", "utf-8-validate"],
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    logLevel: "warning",
  });
  chmodSync(outfile, 0o755);
  return outfile;
}

if (import.meta.main) await bundleAgent();
