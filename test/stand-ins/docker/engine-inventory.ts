import * as z from "zod";

import { rawCall } from "./raw-call.ts";

/** One thing that an engine keeps. */
export interface Kept {
  readonly kind: "container" | "volume" | "network" | "image";
  readonly id: string;
  readonly names: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

const labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((own) => own ?? {});

/** Answers of the engine, as they come. */
export const answersSchema = z
  .object({
    containers: z.array(z.object({ Id: z.string(), Names: z.array(z.string()), Labels: labels })),
    volumes: z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels: labels })).nullish() }),
    networks: z.array(z.object({ Id: z.string(), Name: z.string(), Labels: labels })),
    images: z.array(z.object({ Id: z.string(), RepoTags: z.array(z.string()).nullish(), Labels: labels })),
  })
  .transform(({ containers, volumes, networks, images }): readonly Kept[] => [
    ...containers.map(({ Id, Names, Labels }) => kept("container", Id, Names.map(withoutSlash), Labels)),
    ...(volumes.Volumes ?? []).map(({ Name, Labels }) => kept("volume", Name, [Name], Labels)),
    ...networks.map(({ Id, Name, Labels }) => kept("network", Id, [Name], Labels)),
    ...images.map(({ Id, RepoTags, Labels }) => kept("image", Id, (RepoTags ?? []).filter(isTag), Labels)),
  ]);

/** All that the engine keeps now. */
export async function takeInventory(): Promise<readonly Kept[]> {
  const read = async (path: string): Promise<unknown> => JSON.parse(await rawCall("GET", path));
  const [containers, volumes, networks, images] = await Promise.all([
    read("/containers/json?all=1"),
    read("/volumes"),
    read("/networks"),
    read("/images/json"),
  ]);
  return answersSchema.parse({ containers, volumes, networks, images });
}

function kept(kind: Kept["kind"], id: string, names: readonly string[], own: Kept["labels"]): Kept {
  return { kind, id, names, labels: own };
}

const withoutSlash = (name: string): string => name.replace(/^\//, "");
const isTag = (tag: string): boolean => tag !== "<none>:<none>";
