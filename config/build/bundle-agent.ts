import { chmodSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import { build, transform, type Metafile, type Plugin } from "esbuild";
import { minifySync } from "oxc-minify";

import { PACKAGE_ASSETS } from "../../agent/web/page/assets.ts";

/** Where `pnpm run build:agent` and the Dockerfile put the bundle, from the repository's root. */
const AGENT_FOLDER = "dist/agent";
/** The file that is run; the others lie beside it. */
const PROGRAM = "hookline.mjs";
const LICENSES = "licenses.txt";

const root = join(import.meta.dirname, "../..");

/** ws is CommonJS and asks for Node's modules by `require`, which a module does not have by itself. */
const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

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
 * Writes the agent with all that it imports as executable files for Node 24, in an emptied folder. The names of functions,
 * classes and methods are kept and lines are short, so that a stack trace still says where; the licenses of the packages
 * inside lie beside them. Throws where a package has none.
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
    legalComments: "none",
    // Native helpers that ws takes where they are installed; Node's own code is fast enough for one link.
    external: ["bufferutil", "utf-8-validate"],
    alias: { yaml: YAML, ws: WS_CLIENT },
    plugins: [noJsonSchema],
    banner: { js: `#!/usr/bin/env node\n${REQUIRE}` },
    logLevel: "warning",
  });
  for (const path of Object.keys(metafile.outputs)) await shorten(join(root, path));
  writeFileSync(join(folder, LICENSES), licensesOf(metafile));
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

/** A private name as a public one, as which it is kept: most methods have such names. */
const PRIVATE = /#(?=[a-zA-Z])/g;
const AS_PUBLIC = "$private$";

/** Gives variables short names and takes out what only a reader of the file would need. */
async function shorten(path: string): Promise<void> {
  const source = readFileSync(path, "utf8").replace(PRIVATE, AS_PUBLIC);
  const mangle = { toplevel: true, keepNames: true };
  const { code, errors } = minifySync(path, source, { compress: false, mangle });
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const shortened = code.replaceAll(AS_PUBLIC, "#");
  const lines = await transform(shortened, { minifyWhitespace: true, lineLimit: 240, target: "node24" });
  writeFileSync(path, lines.code);
}

/** Each package of the bundle with its license, as its license asks for. */
function licensesOf({ inputs }: Metafile): string {
  const folders = Object.keys(inputs).map((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(folders.filter((found) => found !== undefined))].toSorted();
  return packages.map((path) => `${basename(path)}\n\n${licenseIn(join(root, path))}`).join(`\n${"-".repeat(80)}\n`);
}

function licenseIn(folder: string): string {
  const name = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (name === undefined) throw new Error(`${folder} has no license file: find its license before it is shipped`);
  return readFileSync(join(folder, name), "utf8");
}

function daemonBytes({ outputs }: Metafile): number {
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) => DAEMON.includes(entryPoint ?? ""));
  const loaded = new Set<string>();
  const load = (path: string): void => {
    if (loaded.has(path)) return;
    loaded.add(path);
    const { imports = [] } = outputs[path] ?? {};
    for (const { path: next, kind, external } of imports) if (kind === "import-statement" && !external) load(next);
  };
  for (const [path] of entries) load(path);
  return [...loaded].reduce((total, path) => total + statSync(join(root, path)).size, 0);
}

if (import.meta.main) await bundleAgent();
