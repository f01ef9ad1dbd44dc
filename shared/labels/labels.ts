/**
 * Labels that every Linux runner has without being told. Hookline's runners are Linux containers.
 *
 * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/apply-labels
 */
export const IMPLIED_LABELS = ["self-hosted", "linux"] as const;

const ARCHITECTURE_LABELS = { amd64: "x64", arm64: "arm64" } as const;

/** GitHub's label for an architecture; both where the pool takes whatever the host has. */
export function architectureLabels(architecture: "auto" | "amd64" | "arm64"): readonly string[] {
  return architecture === "auto" ? Object.values(ARCHITECTURE_LABELS) : [ARCHITECTURE_LABELS[architecture]];
}

/** A set of labels for comparison: lower case, since GitHub does not tell cases apart. */
export function labelSet(labels: readonly string[]): ReadonlySet<string> {
  return new Set(labels.map((label) => label.toLowerCase()));
}

/**
 * GitHub's routing rule: a runner may take a job if it has all of the job's labels, whatever their case, order
 * or repetition. A job without labels (one that names only a runner group) matches nothing by this rule.
 *
 * https://docs.github.com/en/actions/how-tos/write-workflows/choose-where-workflows-run/choose-the-runner-for-a-job
 */
export function labelsMatch(jobLabels: readonly string[], runnerLabels: ReadonlySet<string>): boolean {
  return jobLabels.length > 0 && jobLabels.every((label) => runnerLabels.has(label.toLowerCase()));
}
