/** What a person does in the browser, by plain requests: opens the page, goes to GitHub, confirms, and comes back. */
export async function browseManifest(pageUrl: string): Promise<Response> {
  const atHome = await (await fetch(pageUrl)).text();
  const atGitHub = await submit(atHome, pageUrl);
  const confirmed = await submit(await atGitHub.text(), atGitHub.url);
  return fetch(new URL(confirmed.headers.get("location") ?? ""));
}

async function submit(html: string, base: string): Promise<Response> {
  const action = /action="([^"]*)"/.exec(html)?.[1] ?? "";
  const [, name = "", value = ""] = /<input type="hidden" name="([^"]*)" value="([^"]*)">/.exec(html) ?? [];
  const url = new URL(unescape(action), base);
  return fetch(url, { method: "POST", redirect: "manual", body: new URLSearchParams({ [name]: unescape(value) }) });
}

function unescape(text: string): string {
  return text.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}
