/** Keys and indexes from the root of a configuration file to one value in it. */
export type ConfigPath = readonly (string | number)[];

/** A path as people write it: `pools[1].scaling.min`; the root is the empty string. */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((written, segment) => written + formatSegment(segment, written === ""), "");
}

function formatSegment(segment: string | number, first: boolean): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (!/^[A-Za-z_][\w-]*$/.test(segment)) return `[${JSON.stringify(segment)}]`;
  return first ? segment : `.${segment}`;
}

/** The value at a path, or undefined where the path leads nowhere. */
export function valueAt(root: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>((value, segment) => member(value, segment), root);
}

function member(value: unknown, segment: string | number): unknown {
  if (!isContainer(value) || !Object.hasOwn(value, segment)) return undefined;
  return value[segment];
}

function isContainer(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}

/** Whether `path` is `ancestor` or lies below it. */
export function isWithin(path: ConfigPath, ancestor: ConfigPath): boolean {
  return ancestor.every((segment, index) => path[index] === segment);
}
