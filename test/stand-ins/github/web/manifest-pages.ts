import * as z from "zod";

import type { World } from "../world.ts";

const ACTION = /^(?:\/settings\/apps\/new|\/organizations\/([^/]+)\/settings\/apps\/new)$/;
const CONFIRM = "/loopback/confirm-app";

/** What GitHub documents of a manifest, and no more. */
const manifestSchema = z.strictObject({
  name: z.string().min(1).max(34),
  url: z.url(),
  hook_attributes: z.strictObject({ url: z.url(), active: z.boolean().optional() }),
  redirect_url: z.url(),
  description: z.string().optional(),
  public: z.boolean().optional(),
  default_events: z.array(z.string()),
  default_permissions: z.record(z.string(), z.enum(["read", "write"])),
});

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * GitHub's own pages for an App from a manifest: the posted form, a button, and the way back with a code.
 *
 * https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export class ManifestPages {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Null for what is none of these pages. */
  answer(method: string, url: URL, body: string): Page | null {
    if (method !== "POST") return null;
    const form = new URLSearchParams(body);
    if (url.pathname === CONFIRM) return this.#confirm(form);
    const [matched, organization] = ACTION.exec(url.pathname) ?? [];
    if (matched === undefined) return null;
    const owner = organization === undefined ? this.#world.actor : this.#world.accounts.account(organization);
    const manifest = manifestSchema.safeParse(json(form.get("manifest") ?? ""));
    if (owner === null) return page(404, "no such organization");
    if (!manifest.success) return page(422, z.prettifyError(manifest.error));
    const { default_events: events, default_permissions: permissions, ...app } = manifest.data;
    const pending = { owner, name: app.name, url: app.url, webhookUrl: app.hook_attributes.url, permissions, events };
    const back = new URL(app.redirect_url);
    back.searchParams.set("code", this.#world.manifests.add(pending));
    back.searchParams.set("state", url.searchParams.get("state") ?? "");
    const field = `<input type="hidden" name="back" value="${back.href.replaceAll("&", "&amp;")}">`;
    return page(200, `<form method="post" action="${CONFIRM}">${field}<button id="confirm">Create</button></form>`);
  }

  #confirm(form: URLSearchParams): Page {
    return { status: 302, headers: { location: form.get("back") ?? "" }, body: "" };
  }
}

function page(status: number, body: string): Page {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    body: `<title>GitHub</title><link rel="icon" href="data:,">${body}`,
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
