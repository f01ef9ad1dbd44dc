import { accountPayload } from "../../hooks/account-payload.ts";
import { instant } from "../../hooks/rewrite.ts";
import type { Release } from "../../state/releases.ts";
import type { World } from "../../world.ts";
import { text, type Handler } from "../handler.ts";
import { pageOf } from "../pagination.ts";
import { notFound } from "../refusal.ts";

/** Releases of the one public repository that everybody's runners come from: https://docs.github.com/en/rest/releases/releases */
export const releaseHandlers: Readonly<Record<string, Handler>> = {
  "repos/list-releases": (context) => {
    if (`${text(context, "owner")}/${text(context, "repo")}` !== "actions/runner") throw notFound();
    const { items, headers } = pageOf(context, context.world.releases.all());
    return { status: 200, body: items.map((release) => renderRelease(release, context.world)), headers };
  },
};

function renderRelease({ id, version, publishedAtMs }: Release, { actor, apiUrl }: World): Record<string, unknown> {
  const url = `${apiUrl}/repos/actions/runner/releases/${id}`;
  return {
    id,
    node_id: `RE_${id}`,
    url,
    html_url: `https://github.com/actions/runner/releases/tag/v${version}`,
    assets_url: `${url}/assets`,
    upload_url: `${url}/assets{?name,label}`,
    tarball_url: `${apiUrl}/repos/actions/runner/tarball/v${version}`,
    zipball_url: `${apiUrl}/repos/actions/runner/zipball/v${version}`,
    tag_name: `v${version}`,
    target_commitish: "main",
    name: `v${version}`,
    draft: false,
    prerelease: false,
    created_at: instant(publishedAtMs),
    published_at: instant(publishedAtMs),
    author: accountPayload(actor, apiUrl),
    assets: [],
  };
}
