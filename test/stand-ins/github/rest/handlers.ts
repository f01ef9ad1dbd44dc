import type { Handler } from "./handler.ts";
import { accountHandlers } from "./handlers/account.ts";
import { appHandlers } from "./handlers/apps.ts";
import { manifestHandlers } from "./handlers/app-manifests.ts";
import { deliveryHandlers } from "./handlers/deliveries.ts";
import { hookEditHandlers } from "./handlers/hook-edits.ts";
import { hookHandlers } from "./handlers/hooks.ts";
import { releaseHandlers } from "./handlers/releases.ts";
import { repositoryHandlers } from "./handlers/repositories.ts";
import { runHandlers } from "./handlers/runs.ts";
import { runnerHandlers } from "./handlers/runners.ts";

/** What answers each operation of operation-ids.ts. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...accountHandlers,
  ...appHandlers,
  ...deliveryHandlers,
  ...hookEditHandlers,
  ...hookHandlers,
  ...releaseHandlers,
  ...manifestHandlers,
  ...repositoryHandlers,
  ...runHandlers,
  ...runnerHandlers,
};
