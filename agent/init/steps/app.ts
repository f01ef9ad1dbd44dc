import * as z from "zod";

import { configureAppHook, convertManifest, type MadeApp } from "../../github/calls/apps.ts";
import { readPrivateKey } from "../../github/auth/credential.ts";
import { appManifest, newAppUrl } from "../world/app-manifest.ts";
import { edgeUrlOf, targetOwner, webhookUrlOf, type InitContext, type Step } from "../world/context.ts";
import { PRIVATE_FILE } from "../world/files.ts";
import { offerManifest } from "../world/manifest-server.ts";
import type { Made } from "../world/state.ts";
import { placeSecret, readSecret } from "./secrets.ts";

type App = NonNullable<Made["app"]>;

const STATE_BYTES = 24;

const handover = z.object({ id: z.number(), slug: z.string(), htmlUrl: z.string(), privateKeyPem: z.string() });

/** Makes a GitHub App from a manifest, by way of the browser, and keeps its key. */
export const appStep: Step = {
  id: "app",
  plan: ({ progress, layout }) => [
    `open a page on this machine that posts the manifest of a GitHub App of ${targetOwner(progress.choices.target)} to GitHub`,
    `exchange GitHub's code for the App and keep its key in ${layout.appKey}`,
    "give the App's webhook its address, secret and content type",
  ],
  async run(context) {
    const { progress, world, layout, signal, api } = context;
    const app = progress.made.app ?? (await make(context));
    world.files.remove(layout.appHandover);
    if (!app.configured) {
      const key = readPrivateKey(readSecret(layout.appKey, { world }));
      const settings = { url: webhookUrlOf(progress), secret: readSecret(layout.webhookSecret, context) };
      await configureAppHook(api, { appId: app.id, key }, settings, signal);
      progress.note({ app: { ...app, configured: true } });
    }
    context.tell(`  install the App, if you have not yet: ${installUrlOf(app)}`);
    return `GitHub App ${app.slug}`;
  },
};

async function make(context: InitContext): Promise<App> {
  const { progress, options, world, signal, githubApiUrl } = context;
  const handed = readHandover(context);
  if (handed !== null) return settle(handed, context);
  const { target } = progress.choices;
  if (progress.made.appUnderWay) tellOfLost(context);
  const state = Buffer.from(world.randomBytes(STATE_BYTES)).toString("base64url");
  const facts = { target, owner: targetOwner(target), edgeUrl: edgeUrlOf(progress) };
  const outcome: { app?: App } = {};
  await offerManifest({
    port: options.port,
    state,
    clock: world.clock,
    signal,
    manifest: (redirectUrl) => appManifest({ ...facts, redirectUrl }),
    action: newAppUrl(githubApiUrl, target, state),
    offer: (url) => context.tell(`  open this page in a browser on this machine: ${url}`),
    exchange: async (code) => installUrlOf((outcome.app = await takeOver(code, context))),
  });
  if (outcome.app === undefined) throw new TypeError("the page was done before the App was taken over");
  return outcome.app;
}

/** GitHub tells the key once: it is on disk, in one piece with the App's id, before anything else happens. */
async function takeOver(code: string, context: InitContext): Promise<App> {
  const { progress, layout, api, signal, world } = context;
  progress.note({ appUnderWay: true });
  const made = await convertManifest(api, code, signal);
  world.files.write(layout.appHandover, JSON.stringify(made), PRIVATE_FILE);
  return settle(made, context);
}

async function settle({ privateKeyPem, ...made }: MadeApp, context: InitContext): Promise<App> {
  const { progress, layout } = context;
  await placeSecret(layout.appKey, privateKeyPem.trim(), context);
  const app = { ...made, configured: false };
  progress.note({ app, appUnderWay: false });
  return app;
}

/** What an earlier run was handed; null when there is none, or its end is missing. */
function readHandover({ world, layout }: InitContext): MadeApp | null {
  try {
    return handover.parse(JSON.parse(world.files.read(layout.appHandover) ?? ""));
  } catch {
    return null;
  }
}

function tellOfLost({ tell, progress }: InitContext): void {
  tell("  an earlier run was cut off while GitHub handed an App over, whose key is then lost:");
  tell(`  look for a hookline App of ${targetOwner(progress.choices.target)} in GitHub's settings and delete it first`);
}

function installUrlOf({ htmlUrl }: Pick<App, "htmlUrl">): string {
  return `${htmlUrl}/installations/new`;
}
