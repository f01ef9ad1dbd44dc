/** A page with one button, which posts the manifest to GitHub. */
export function manifestPage(action: string, manifest: object): string {
  return page(
    "Make the GitHub App",
    `<p>GitHub shows the App next and asks you to confirm it. Nothing is made before that.</p>
<form method="post" action="${escape(action)}">
<input type="hidden" name="manifest" value="${escape(JSON.stringify(manifest))}">
<button id="make" autofocus>Go to GitHub</button>
</form>`,
  );
}

/** What the browser shows after GitHub has sent it back. */
export function madePage(installUrl: string): string {
  const link = `<a id="install" href="${escape(installUrl)}">Install it</a>`;
  return page(
    "The App is made",
    `<p>${link} on the repositories that it shall serve, then go back to the terminal.</p>`,
  );
}

export function sorryPage(what: string): string {
  return page("That did not work", `<p id="problem">${escape(what)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Hookline: ${escape(title)}</title>
<style>body{font:18px/1.5 system-ui;max-width:36em;margin:4em auto;padding:0 1em;color-scheme:light dark}button{font:inherit;padding:.4em 1em}</style>
<h1>${escape(title)}</h1>
${body}
</html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
