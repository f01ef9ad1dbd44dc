import { dirname, join, normalize } from "node:path";

/** Source files by their path from the root of the project. */
export type Sources = ReadonlyMap<string, string>;

const SPECIFIERS = /(?:^|[\s;}])(?:import|export)\s*(?:[^"'`;]*?\sfrom\s*|\(\s*)?["']([^"'\n]+)["']/g;
const ZOD_NAMED = /import\s+(?:type\s+)?\{[^}]*\}\s*from\s*["']zod(?:\/mini)?["']/;

/** What files of a folder must not import, and why. */
const FORBIDDEN: Readonly<Record<string, readonly (readonly [RegExp, string])[]>> = {
  shared: [
    [/^node:/, "shared/ runs everywhere and imports no runtime"],
    [/^cloudflare:/, "shared/ runs everywhere and imports no runtime"],
    [/^(worker|agent|test|config)\//, "shared/ is what the others stand on"],
    [/^zod$/, 'the Worker carries it: import * as z from "zod/mini"'],
  ],
  worker: [
    [/^node:/, "the Worker runs in workerd"],
    [/^(agent|test|config)\//, "the Worker stands on shared/ alone"],
    [/^zod$/, 'it makes the Worker several times larger: import * as z from "zod/mini"'],
  ],
  agent: [
    [/^cloudflare:/, "the agent runs in Node"],
    [/^(worker|test|config)\//, "the agent stands on shared/ alone"],
  ],
};

/** The one index.ts that is an entry point and not a barrel. */
const ENTRY = "worker/index.ts";

/** Every violation of the import rules, one line each; none is the goal. */
export function importViolations(sources: Sources): readonly string[] {
  return [...sources]
    .flatMap(([file, text]) => [...forbiddenImports(file, text), ...barrel(file, text)])
    .concat(cycles(sources), folderCircles(sources));
}

function forbiddenImports(file: string, text: string): readonly string[] {
  const rules = FORBIDDEN[file.split("/")[0] ?? ""] ?? [];
  const found = importsOf(file, text).flatMap((target) =>
    rules.filter(([pattern]) => pattern.test(target)).map(([, why]) => `${file} imports ${target}: ${why}`),
  );
  const relative = specifiersOf(text).filter(
    (specifier) => specifier.startsWith(".") && !/\.(ts|json)$/.test(specifier),
  );
  const named = ZOD_NAMED.test(text) ? [`${file} imports names of zod: import * as z keeps the rest out`] : [];
  return [...found, ...named, ...relative.map((specifier) => `${file} imports ${specifier} without its extension`)];
}

function barrel(file: string, text: string): readonly string[] {
  if (!/(^|\/)index\.ts$/.test(file) || file === ENTRY) return [];
  const rest = text
    .replace(/\/\*[^]*?\*\/|\/\/.*$/gm, "")
    .replace(/export\s+(type\s+)?(\*|\{[^}]*\})[^;]*from[^;]*;/g, "");
  return rest.trim() === "" ? [`${file} only passes on what others export: import from those`] : [];
}

/** What a file imports: packages by name, files by their path from the root. */
export function importsOf(file: string, text: string): readonly string[] {
  return specifiersOf(text).map((specifier) =>
    specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier,
  );
}

function specifiersOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[^]*?\*\//g, "");
  return [...code.matchAll(SPECIFIERS)].map((match) => match[1] ?? "");
}

/** Each cycle once, as the way around it. */
function cycles(sources: Sources): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) {
      found.push(`cycle: ${[...way.slice(way.indexOf(file)), file].join(" → ")}`);
      return;
    }
    if (done.has(file)) return;
    for (const target of importsOf(file, sources.get(file) ?? "")) {
      if (sources.has(target)) visit(target, [...way, file]);
    }
    done.add(file);
  };
  for (const file of sources.keys()) visit(file, []);
  return found;
}

/** Folders that import each other, through however many others, each circle once. */
function folderCircles(sources: Sources): readonly string[] {
  const imports = new Map<string, Map<string, string>>();
  for (const [file, text] of sources) {
    for (const target of importsOf(file, text)) {
      const [from, to] = [dirname(file), dirname(target)];
      if (!sources.has(target) || from === to) continue;
      const targets = imports.get(from) ?? new Map<string, string>();
      imports.set(from, targets.set(to, `${file} → ${target}`));
    }
  }
  return [...imports.keys()].flatMap((folder) => {
    const way = wayBack(folder, folder, imports, new Set());
    // Each circle is told from the first of its folders only.
    return way === null || way.some(([other]) => other < folder)
      ? []
      : [`folders in a circle: ${way.map(([, why]) => why).join(", ")}`];
  });
}

type Step = readonly [folder: string, why: string];

function wayBack(
  folder: string,
  start: string,
  imports: ReadonlyMap<string, ReadonlyMap<string, string>>,
  seen: Set<string>,
): readonly Step[] | null {
  for (const [target, why] of imports.get(folder) ?? []) {
    if (target === start) return [[folder, why]];
    if (seen.has(target)) continue;
    seen.add(target);
    const rest = wayBack(target, start, imports, seen);
    if (rest !== null) return [[folder, why], ...rest];
  }
  return null;
}
