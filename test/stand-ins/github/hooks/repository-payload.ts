import type { Repository } from "../state/model.ts";
import { accountPayload } from "./account-payload.ts";
import { examplesOf, partOf, type Part } from "./examples.ts";
import { instant, nodeId, rewrite } from "./rewrite.ts";

const example = partOf(examplesOf("workflow_job"), "repository", ({ action }) => action === "waiting");
const made = new WeakMap<Repository, { readonly of: string; readonly part: Part }>();

/** A repository as payloads and REST answers show it, of full size. */
export function repositoryPayload(repository: Repository, apiUrl: string): Part {
  // It may be renamed, archived and pushed to.
  const of = JSON.stringify([repository, apiUrl]);
  const known = made.get(repository);
  if (known?.of === of) return known.part;
  const part = {
    ...rewrite(example, [[String(example["full_name"]), repository.fullName]], apiUrl),
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    private: repository.isPrivate,
    visibility: repository.isPrivate ? "private" : "public",
    owner: accountPayload(repository.owner, apiUrl),
    description: `What ${repository.name} is for`,
    archived: repository.archived,
    fork: repository.fork,
    created_at: instant(repository.createdAtMs),
    updated_at: instant(repository.pushedAtMs),
    pushed_at: instant(repository.pushedAtMs),
  };
  made.set(repository, { of, part });
  return part;
}
