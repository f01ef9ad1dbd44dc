import * as z from "zod/mini";
import { cpuCount, described, memorySize } from "./fields.ts";
import type { ConfigPath } from "./config-path.ts";
import type { FleetFinding } from "./finding.ts";
import { prefixesOf, type PoolSizes } from "./sizes.ts";

/** What a pool of version 2 may say of the sizes that jobs ask for. */
export const sizesShape = {
  mem: described(
    z.optional(z.strictObject({ max: described(memorySize(), "Most that mem=… may ask for, such as 8g") })),
    "Labels such as mem=4g: the memory of the job's runner",
  ),
  cpu: described(
    z.optional(z.strictObject({ max: described(cpuCount(), "Most that cpu=… may ask for, such as 4") })),
    "Labels such as cpu=2: the CPUs of the job's runner",
  ),
};

interface StatedSizes {
  readonly mem?: { readonly max: number } | undefined;
  readonly cpu?: { readonly max: number } | undefined;
}

/** The sizes under the names that say their units; nothing for a pool that gives none. */
export function sizesOf(stated: StatedSizes | undefined): { readonly sizes?: PoolSizes } {
  if (stated?.mem === undefined && stated?.cpu === undefined) return {};
  const { mem, cpu } = stated;
  return {
    sizes: {
      ...(mem === undefined ? {} : { memoryBytes: mem.max }),
      ...(cpu === undefined ? {} : { cpus: cpu.max }),
    },
  };
}

/** Sizes that give nothing, and labels of the pool that jobs are to ask for by size. */
export function sizeFindings(
  at: ConfigPath,
  stated: StatedSizes | undefined,
  labels: readonly string[],
): FleetFinding[] {
  if (stated === undefined) return [];
  const { sizes } = sizesOf(stated);
  if (sizes === undefined) return [{ at: [...at, "sizes"], message: "gives no size; name mem or cpu, or remove it" }];
  return labels.flatMap((label, index) => {
    const prefix = prefixesOf(sizes).find((each) => label.toLowerCase().startsWith(each));
    const message = `begins with ${prefix}, which is for sizes here; remove the label, or take that size out of sizes`;
    return prefix === undefined ? [] : [{ at: [...at, "labels", index], message }];
  });
}
