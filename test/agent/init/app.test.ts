import { request } from "node:http";

import { expect, test } from "vitest";

import { offerManifest } from "../../../agent/init/world/manifest-server.ts";
import { readPrivateKey } from "../../../agent/github/auth/credential.ts";
import { Chromium, chromiumRequired, findChromium } from "../../stand-ins/browser/chromium.ts";
import { VirtualClock } from "../../stand-ins/time/virtual-clock.ts";
import { browseManifest } from "./browse-manifest.ts";
import { startInit } from "./init-fixture.ts";

const APP = ["--organization", "octo", "--app", "--yes"] as const;
const PAGE = /http:\S+\/app\/\S+/;

test("an App is made by way of the browser: confirmed on GitHub, its key kept, its hook signed with our secret", async () => {
  await using init = await startInit();
  const shown: Promise<string>[] = [];
  const heard = (text: string): void => {
    const page = PAGE.exec(text)?.[0];
    if (page !== undefined) shown.push(browseManifest(page).then((response) => response.text()));
  };

  const ran = await init.run(APP, { heard, env: { GITHUB_TOKEN: "" } });

  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await shown[0]).toContain("/apps/hookline-octo/installations/new");
  expect(init.github.hooks()).toMatchObject([
    {
      scope: { kind: "app" },
      url: `${init.edgeUrl}/webhook`,
      contentType: "json",
      events: ["workflow_job"],
      secret: init.text("config/secrets/github_webhook_secret").trim(),
    },
  ]);
  expect(readPrivateKey(init.text("config/secrets/github_app_private_key")).asymmetricKeyType).toBe("rsa");
  expect(init.text("config/.env")).toMatch(/GITHUB_APP_ID=\d+\n[^]*GITHUB_APP_PRIVATE_KEY_FILE=config\/secrets\//);
  expect(ran.stdout).toContain("-f config/compose.yaml -f config/compose.app.yaml up -d");
  expect(init.files().some(({ path }) => path.includes("github_token") || path.includes("handover"))).toBe(false);
});

const chromium = findChromium();
test.skipIf(chromium === null && !chromiumRequired)("the same in a real browser, with its rules", async () => {
  await using init = await startInit();
  await using browser = await Chromium.start(chromium ?? "chromium");
  const steps: unknown[] = [];
  const browse = async (page: string): Promise<void> => {
    await browser.open(page);
    steps.push(await browser.evaluate("document.title"));
    await browser.click("#make");
    steps.push(await browser.evaluate("document.title"));
    await browser.click("#confirm");
    steps.push(await browser.evaluate("document.querySelector('#install')?.href"));
  };
  const browsing: Promise<void>[] = [];
  const heard = (text: string): void => {
    const page = PAGE.exec(text)?.[0];
    if (page !== undefined) browsing.push(browse(page));
  };

  const ran = await init.run(APP, { heard });
  await Promise.all(browsing);

  expect(ran).toMatchObject({ exitCode: 0, stderr: "" });
  expect(steps).toEqual([
    "Hookline: Make the GitHub App",
    "GitHub",
    "https://github.com/apps/hookline-octo/installations/new",
  ]);
  expect(init.github.hooks()).toHaveLength(1);
});

interface Offered extends AsyncDisposable {
  readonly page: string;
  readonly origin: string;
  readonly codes: readonly string[];
  readonly clock: VirtualClock;
  readonly done: Promise<void>;
}

/** The page alone, with an exchange that takes every code but `bad`. */
async function offered(): Promise<Offered> {
  const codes: string[] = [];
  const clock = new VirtualClock();
  const stop = new AbortController();
  const shown = Promise.withResolvers<string>();
  const done = offerManifest({
    port: 0,
    state: "the-state",
    clock,
    signal: stop.signal,
    manifest: (redirect_url) => ({ name: `"><script>alert(1)</script>`, redirect_url }),
    action: "https://github.com/settings/apps/new?state=the-state",
    offer: shown.resolve,
    exchange(code) {
      codes.push(code);
      return code === "bad"
        ? Promise.reject(new Error("GitHub says no"))
        : Promise.resolve("https://github.com/apps/x");
    },
  });
  const ended = done.catch(() => {});
  const page = await shown.promise;
  return {
    page,
    origin: new URL(page).origin,
    codes,
    clock,
    done,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}

test("the page escapes what it shows, loads nothing and cannot be framed or cached", async () => {
  await using offer = await offered();

  const answer = await fetch(offer.page);
  const html = await answer.text();

  expect(html).not.toContain("<script>");
  expect(html).toContain("&lt;script&gt;");
  expect(answer.headers.get("content-security-policy")).toMatch(
    /default-src 'none'.*form-action https:\/\/github\.com .*frame-ancestors 'none'/,
  );
  expect(answer.headers.get("cache-control")).toBe("no-store");
});

test("only GitHub's answer to this very page is taken: another state, a strange code or another host is not", async () => {
  await using offer = await offered();
  const status = async (path: string): Promise<number> => (await fetch(`${offer.origin}${path}`)).status;

  expect(await status("/made?code=abc&state=the-stale")).toBe(400);
  expect(await status("/made?code=abc")).toBe(400);
  expect(await status("/made?code=a%2Fb&state=the-state")).toBe(400);
  expect(await status("/app/another")).toBe(404);
  expect(await status("/")).toBe(404);
  expect(await statusAs("attacker.example", offer.page)).toBe(404);
  expect(offer.codes).toEqual([]);

  expect(await status("/made?code=abc&state=the-state")).toBe(200);
  expect(offer.codes).toEqual(["abc"]);
  await offer.done;
});

test("an exchange that fails is told, to the browser without its reason", async () => {
  await using offer = await offered();

  const answer = await fetch(`${offer.origin}/made?code=bad&state=the-state`);

  expect(answer.status).toBe(502);
  expect(await answer.text()).not.toContain("GitHub says no");
  await expect(offer.done).rejects.toThrow("GitHub says no");
});

test("a page that nobody comes back to is given up after an hour", async () => {
  await using offer = await offered();
  const outcome = expect(offer.done).rejects.toThrow("within an hour");
  await offer.clock.advance(60 * 60_000);
  await outcome;
  await expect(fetch(offer.page)).rejects.toThrow();
});

/** `fetch` sets the Host header by itself; a page whose name was bent to this machine sends its own. */
function statusAs(host: string, url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .once("error", reject)
      .end();
  });
}
