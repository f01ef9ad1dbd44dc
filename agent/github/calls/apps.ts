import type { KeyObject } from "node:crypto";

import * as z from "zod";

import type { Api } from "../http/api.ts";
import { appJwt } from "../auth/app-jwt.ts";
import type { HookSettings } from "./hook-editor.ts";
import { parseAnswer } from "../http/parse-answer.ts";
import type { HttpCall } from "../http/wire.ts";

const madeApp = z.object({
  id: z.number(),
  slug: z.string(),
  html_url: z.url(),
  pem: z.string().min(1),
});

/** An App as GitHub hands it over, once. */
export interface MadeApp {
  readonly id: number;
  readonly slug: string;
  /** The App's public page. */
  readonly htmlUrl: string;
  /** PKCS#1. Nobody gives it a second time. */
  readonly privateKeyPem: string;
}

/**
 * Takes over the App behind the code of a manifest. A code works once and for one hour; so this is never repeated by
 * itself. Throws GitHubError.
 *
 * https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
 */
export async function convertManifest(api: Api, code: string, signal: AbortSignal): Promise<MadeApp> {
  api.redactor.remember(code);
  const url = api.urlOf(`/app-manifests/${encodeURIComponent(code)}/conversions`);
  const call: HttpCall = { method: "POST", url, bearer: null };
  const answer = await api.once(call, signal);
  if (answer.status !== 201) throw api.failure(call, answer, "app");
  const { html_url: htmlUrl, pem, ...app } = parseAnswer(call, answer, madeApp, api.redactor);
  return { ...app, htmlUrl, privateKeyPem: pem };
}

export interface AppIdentity {
  readonly appId: number;
  readonly key: KeyObject;
}

/**
 * Gives the App's own hook its address, secret and content type. Throws GitHubError.
 *
 * https://docs.github.com/en/rest/apps/webhooks#update-a-webhook-configuration-for-an-app
 */
export async function configureAppHook(
  api: Api,
  { appId, key }: AppIdentity,
  { url, secret }: HookSettings,
  signal: AbortSignal,
): Promise<void> {
  api.redactor.remember(secret);
  const bearer = await appJwt(appId, key, api.serverNowMs() ?? api.clock.now());
  api.redactor.remember(bearer);
  const body = { url, secret, content_type: "json", insecure_ssl: "0" };
  const call: HttpCall = { method: "PATCH", url: api.urlOf("/app/hook/config"), bearer, body };
  // Saying the same thing twice changes nothing, so this call may be repeated.
  await api.retried(call, "app", signal);
}
