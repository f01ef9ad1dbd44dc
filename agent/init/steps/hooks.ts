import { HookCalls } from "../../github/calls/hook-editor.ts";
import { scopeName } from "../../github/model/scope.ts";
import type { RunnerScope } from "../../github/model/types.ts";
import { scopesOf, webhookUrlOf, type InitContext, type Step } from "../world/context.ts";
import type { Made } from "../world/state.ts";
import { readSecret } from "./secrets.ts";

/** Makes the hook of the organization, or of each repository; one that goes to the Worker already is set right. */
export const hooksStep: Step = {
  id: "hooks",
  plan: ({ progress }) =>
    scopesOf(progress.choices.target).map(
      (scope) => `make the webhook of ${scopeName(scope)} for workflow_job, content type application/json`,
    ),
  async run(context) {
    const calls = hookCallsOf(context);
    const done: string[] = [];
    for (const scope of scopesOf(context.progress.choices.target)) done.push(await settle(scope, calls, context));
    return done.join(", ");
  },
};

/** @throws {InitError | GitHubError} when there is no token for GitHub */
export function hookCallsOf(context: InitContext): HookCalls {
  return new HookCalls(context.api, readSecret(context.layout.githubToken, context));
}

async function settle(scope: RunnerScope, calls: HookCalls, context: InitContext): Promise<string> {
  const { progress, signal } = context;
  const name = scopeName(scope);
  const settings = { url: webhookUrlOf(progress), secret: readSecret(context.layout.webhookSecret, context) };
  const found = await calls.find(scope, settings.url, signal);
  const noted = progress.made.hooks[name];
  // What is there although init noted that nothing was is what a cut-off run of init made.
  const existedBefore = noted?.existedBefore ?? found !== null;
  if (found === null) {
    note(progress, name, { id: null, existedBefore: false });
    const id = await calls.create(scope, settings, signal);
    note(progress, name, { id, existedBefore: false });
    return `webhook ${id} of ${name}`;
  }
  note(progress, name, { id: found, existedBefore });
  await calls.update(scope, found, settings, signal);
  return `webhook ${found} of ${name}${existedBefore ? ", which was there" : ""}`;
}

function note(progress: InitContext["progress"], name: string, hook: Made["hooks"][string]): void {
  progress.note({ hooks: { ...progress.made.hooks, [name]: hook } });
}
