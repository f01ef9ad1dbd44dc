import { chmodSync, cpSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

import { build, transform, type Metafile, type Plugin } from "esbuild";

import { PACKAGE_ASSETS } from "../../agent/web/page/assets.ts";

/** Where `pnpm run build:agent` and the Dockerfile put the bundle, from the repository's root. */
const AGENT_FOLDER = "dist/agent";
/** The file that is run; the others lie beside it. */
const PROGRAM = "hookline.mjs";

const root = join(import.meta.dirname, "../..");

/** ws is CommonJS and asks for Node's modules by `require`, which a module does not have by itself. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Packages with short names inside; ours keep theirs, so that a stack trace says where. */
const shortPackages: Plugin = {
  name: "short-packages",
  setup: (bundle) => {
    bundle.onLoad({ filter: /[\\/]node_modules[\\/].*\.[cm]?js$/ }, async ({ path }) => {
      const { code } = await transform(readFileSync(path, "utf8"), { minify: true, legalComments: "inline" });
      return { contents: code, loader: "js" };
    });
  },
};

/** How zod tells a schema as JSON Schema: every schema of the whole zod has it, and no program of ours asks for it. */
const JSON_SCHEMA = /[\\/]zod[\\/]v4[\\/]core[\\/](?:to-json-schema|json-schema-processors|json-schema-generator)\.js$/;

/** Its names stay, and do nothing. */
const noJsonSchema: Plugin = {
  name: "no-json-schema",
  setup: (bundle) => {
    bundle.onLoad({ filter: JSON_SCHEMA }, ({ path }) => {
      const code = readFileSync(path, "utf8");
      const declared = [...code.matchAll(/^export (?:const|function|class) (\w+)/gm)].map(([, name]) => name);
      const renamed = [...code.matchAll(/^export \{ \w+ as (\w+) \}/gm)].map(([, name]) => name);
      const names = [...declared, ...renamed].map((name) => `none as ${name}`);
      return { contents: `const none = () => undefined;\nexport { ${names.join(", ")} };`, loader: "js" };
    });
  },
};

/** The client of ws alone: its server is another's here. */
const WS_CLIENT = join(root, "node_modules/ws/lib/websocket.js");

/** yaml as ES modules, of which the bundle takes what is used; for Node it names its CommonJS build, which comes whole. */
const YAML = join(root, "node_modules/yaml/browser/index.js");

/** What a browser loads beside the page, as it is; agent/web/page/assets.ts reads it. */
const PAGE_ASSETS = "agent/web/page/assets";

/** What runs for as long as the container does. */
const DAEMON: readonly string[] = ["agent/main.ts", "agent/commands/agent.ts"];

export interface AgentBundle {
  /** Path of the file that is run. */
  readonly program: string;
  /** Size of what `hookline agent` loads; the doctor, init and other commands are loaded when they are called. */
  readonly daemonBytes: number;
}

/**
 * Writes the agent with all that it imports as executable files for Node 24, in an emptied folder. Our names are kept and
 * lines are short, so that a stack trace still says where; the licences of what is inside stand at each file's end.
 */
export async function bundleAgent(folder = join(root, AGENT_FOLDER)): Promise<AgentBundle> {
  rmSync(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { hookline: "agent/main.ts" },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: "node24",
    // The options of the type checker say nothing about how the sources run, and are not in the image's build.
    tsconfigRaw: {},
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 240,
    legalComments: "eof",
    // Native helpers that ws takes where they are installed; Node's own code is fast enough for one link.
    external: ["bufferutil", "utf-8-validate"],
    alias: { yaml: YAML, ws: WS_CLIENT },
    plugins: [noJsonSchema, shortPackages],
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    logLevel: "warning",
  });
  cpSync(join(root, PAGE_ASSETS), join(folder, "assets"), {
    recursive: true,
    filter: (path) => !path.endsWith("tsconfig.json"),
  });
  for (const path of [...PACKAGE_ASSETS, "uplot/LICENSE"]) {
    const name = path.endsWith("LICENSE") ? "uPlot.LICENSE.txt" : basename(path);
    cpSync(join(root, "node_modules", path), join(folder, "assets", name));
  }
  const program = join(folder, PROGRAM);
  chmodSync(program, 0o755);
  return { program, daemonBytes: daemonBytes(metafile) };
}

function daemonBytes({ outputs }: Metafile): number {
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) => DAEMON.includes(entryPoint ?? ""));
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === "import-statement") load(next);
  };
  for (const [path] of entries) load(path);
  return [...loaded].reduce((total, path) => total + (outputs[path]?.bytes ?? 0), 0);
}

if (import.meta.main) await bundleAgent();
