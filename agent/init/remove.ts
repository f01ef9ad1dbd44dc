import { dirname } from "node:path";

import { scopeName } from "../github/model/scope.ts";
import { scopesOf, type InitContext } from "./world/context.ts";
import { draftPath } from "./world/files.ts";
import { takeBack } from "./world/place-file.ts";
import { hookCallsOf } from "./steps/hooks.ts";

/** What `--remove` will do, in lines for people. */
export function planRemoval({ progress }: InitContext): readonly string[] {
  const { hooks, worker, app, files } = progress.made;
  return [
    ...Object.entries(hooks).map(([scope, { existedBefore }]) =>
      existedBefore ? `leave the webhook of ${scope}, which was there before` : `delete the webhook of ${scope}`,
    ),
    ...(app === null ? [] : [`leave the GitHub App ${app.slug}: only you can delete it, at ${app.htmlUrl}`]),
    ...(worker === null ? [] : [workerLine(worker)]),
    ...Object.keys(files).map((path) => `delete ${path}, unless it was changed since`),
  ];
}

/** Takes back what init made, the newest first, and nothing else. Each step is noted, so that it can be cut off too. */
export async function remove(context: InitContext): Promise<void> {
  const { progress, tell } = context;
  await removeHooks(context);
  const { app } = progress.made;
  if (app !== null) tell(`the GitHub App ${app.slug} is yours to delete: ${app.htmlUrl}`);
  else if (progress.made.appUnderWay)
    tell("a GitHub App may be left of a run that was cut off: look in GitHub's settings");
  await removeWorker(context);
  removeFiles(context);
  progress.forget();
  tell("what init made is gone");
}

async function removeHooks(context: InitContext): Promise<void> {
  const { progress, tell, signal } = context;
  for (const scope of scopesOf(progress.choices.target)) {
    const name = scopeName(scope);
    const { [name]: noted, ...others } = progress.made.hooks;
    if (noted === undefined) continue;
    if (noted.existedBefore) tell(`webhook of ${name}: left, it was there before`);
    else {
      const calls = hookCallsOf(context);
      const url = progress.made.worker?.url ?? null;
      const id = noted.id ?? (url === null ? null : await calls.find(scope, `${url}/webhook`, signal));
      if (id !== null) await calls.remove(scope, id, signal);
      tell(`webhook of ${name}: deleted`);
    }
    progress.note({ hooks: others });
  }
}

async function removeWorker({ progress, wrangler, tell }: InitContext): Promise<void> {
  const { worker, account } = progress.made;
  if (worker === null || account === null) return;
  if (worker.existedBefore) tell(`Worker ${worker.name ?? ""}: left, it was there before`);
  else {
    await wrangler.delete(account, worker.name);
    tell(`Worker ${worker.name ?? ""}: deleted`);
  }
  progress.note({ worker: null });
}

function removeFiles({ progress, layout, world, tell }: InitContext): void {
  const { files } = world;
  for (const path of [layout.appHandover, layout.workerSecrets, layout.wranglerOutput, draftPath(layout.state)])
    files.remove(path);
  for (const path of Object.keys(progress.made.files)) {
    if (takeBack(path, { files, progress }) === "kept") tell(`${path}: left, it was changed since`);
  }
  for (const folder of progress.made.folders.toSorted((a, b) => b.length - a.length)) {
    if (files.isEmptyFolder(folder) && folder !== dirname(layout.state)) files.removeFolder(folder);
  }
}

function workerLine({
  name,
  existedBefore,
}: {
  readonly name: string | null;
  readonly existedBefore: boolean;
}): string {
  const which = `the Worker ${name ?? "of wrangler.toml"}`;
  return existedBefore ? `leave ${which}, which was there before` : `delete ${which} with all signals in it`;
}
