import type { Choices } from "./state.ts";

/** A first config/pools.yaml: one pool, small, private repositories only. */
export function poolsText({ target, labels }: Pick<Choices, "target" | "labels">): string {
  return `# yaml-language-server: $schema=./pools.schema.json
#
# Written by hookline init, yours to change; hookline config check says what it means.
version: 2

pools:
  - key: nas
${scopeLines(target)}
    visibility: private # public or any lets strangers' pull requests run code here
    # Beside self-hosted, linux and the architecture, which every runner has. In a workflow:
    # runs-on: [self-hosted, ${labels.join(", ")}]
    labels: ${JSON.stringify(labels)}
    scaling:
      min: 0
      max: 2
`;
}

function scopeLines(target: Choices["target"]): string {
  if (target.kind === "organization") return `    organization: ${JSON.stringify(target.organization)}`;
  return `    repositories: ${JSON.stringify(target.repositories)}`;
}
