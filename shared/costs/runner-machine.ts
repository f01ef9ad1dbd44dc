/** What a job's runner was, as far as prices tell such machines apart. */
export interface RunnerMachine {
  readonly architecture: "x64" | "arm64";
  /** The CPUs that it was limited to; null where nothing limited it, or nobody noted it. */
  readonly cpus: number | null;
}

/** One of which nothing else is known. */
export const PLAIN_MACHINE: RunnerMachine = { architecture: "x64", cpus: null };

/** As it is kept: `arm64/4`, and nothing for a plain one. */
export function machineText({ architecture, cpus }: RunnerMachine): string {
  if (cpus !== null) return `${architecture}/${cpus}`;
  return architecture === "x64" ? "" : architecture;
}

/** What `machineText` wrote. */
export function readMachine(text: string): RunnerMachine {
  const [architecture, cpus] = text.split("/");
  return { architecture: architecture === "arm64" ? "arm64" : "x64", cpus: cpus === undefined ? null : Number(cpus) };
}
