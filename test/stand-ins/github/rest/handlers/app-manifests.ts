import { generateKeyPairSync } from "node:crypto";

import * as z from "zod";

import { letters } from "../../state/random-text.ts";
import { ok, text, type Handler } from "../handler.ts";
import { notFound } from "../refusal.ts";
import { appOf, renderApp } from "./apps.ts";
import { appHook, sendPing } from "./hooks.ts";

const hookConfig = z.object({
  url: z.string().optional(),
  content_type: z.enum(["json", "form"]).optional(),
  secret: z.string().optional(),
});

/** https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest, https://docs.github.com/en/rest/apps/webhooks */
export const manifestHandlers: Readonly<Record<string, Handler>> = {
  "apps/create-from-manifest": (context) => {
    const { manifests, apps, hooks, random } = context.world;
    const pending = manifests.take(text(context, "code"));
    if (pending === null) throw notFound();
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
    });
    const { webhookUrl, ...asked } = pending;
    const app = apps.add({ ...asked, publicKey });
    const secret = letters(random, 40, app.id);
    const scope = { kind: "app", appId: app.id } as const;
    const hook = hooks.add({ scope, url: webhookUrl, secret, contentType: "form", events: app.events });
    sendPing(context.world, hook);
    const secrets = { client_secret: letters(random, 40, app.id + 1), webhook_secret: secret, pem: privateKey };
    return { status: 201, body: { ...renderApp(app, context), ...secrets } };
  },
  "apps/update-webhook-config-for-app": (context) => {
    const { hooks } = context.world;
    const hook = appHook(context.world, appOf(context).id);
    if (hook === null) throw notFound();
    const { url, content_type: contentType, secret } = hookConfig.parse(context.body);
    const edited = hooks.edit(hook.id, {
      url: url ?? hook.url,
      contentType: contentType ?? hook.contentType,
      secret: secret ?? hook.secret,
    });
    const hidden = edited.secret === null ? {} : { secret: "********" };
    return ok({ content_type: edited.contentType, insecure_ssl: "0", url: edited.url, ...hidden });
  },
};
