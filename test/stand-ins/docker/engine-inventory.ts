import * as z from "zod";

import { rawCall } from "./raw-call.ts";

/** One thing that an engine keeps. */
export interface Kept {
  readonly kind: "container" | "volume" | "network" | "image";
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const labels = z.record(z.string(), z.string()).nullish();
const containers = z.array(z.object({ Id: z.string(), Names: z.array(z.string()), Labels: labels }));
const volumes = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels: labels })).nullish() });
const networks = z.array(z.object({ Id: z.string(), Name: z.string(), Labels: labels }));
const images = z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish(), Labels: labels }));

/** All that the engine keeps now. */
export async function takeInventory(): Promise<readonly Kept[]> {
  const read = async (path: string): Promise<unknown> => JSON.parse(await rawCall("GET", path));
  const [ofContainers, ofVolumes, ofNetworks, ofImages] = await Promise.all([
    read("/containers/json?all=1"),
    read("/volumes"),
    read("/networks"),
    read("/images/json"),
  ]);
  return [
    ...containers
      .parse(ofContainers)
      .map(({ Id, Names, Labels }) => kept("container", Id, Names.map(withoutSlash), Labels)),
    ...(volumes.parse(ofVolumes).Volumes ?? []).map(({ Name, Labels }) => kept("volume", Name, [Name], Labels)),
    ...networks.parse(ofNetworks).map(({ Id, Name, Labels }) => kept("network", Id, [Name], Labels)),
    ...images.parse(ofImages).map(({ Id, RepoTags, Labels }) => kept("image", Id, RepoTags ?? [], Labels)),
  ];
}

const withoutSlash = (name: string): string => name.replace(/^\//, "");

function kept(kind: Kept["kind"], id: string, names: readonly string[], own: z.output<typeof labels>): Kept {
  return { kind, id, names, labels: own ?? {} };
}

/** What tests and product put into a name or a label; whatever else is new on the engine is somebody else's. */
const OUR_NAME = /^(hookline|hl-test)/;
const OUR_LABEL = /^hookline\./;

/** What carries our mark and was not there before, a line each. */
export function leftBehind(before: readonly Kept[], after: readonly Kept[]): readonly string[] {
  const known = new Set(before.map(({ kind, id }) => `${kind} ${id}`));
  return after
    .filter((each) => !known.has(`${each.kind} ${each.id}`) && isOurs(each))
    .map(({ kind, id, names }) => `${kind} ${names[0] ?? id.slice(0, 19)}`);
}

function isOurs({ names, labels: own }: Kept): boolean {
  return names.some((name) => OUR_NAME.test(name)) || Object.keys(own).some((key) => OUR_LABEL.test(key));
}
