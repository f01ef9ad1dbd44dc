import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, expect, test } from "vitest";
import { requireEdge, requireGitHub, requireWebhookSecret } from "../../../agent/settings/require-settings.ts";
import { SECRET_VARIABLES } from "../../../agent/settings/settings-table.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import { unknownSettings } from "../../../agent/settings/unknown-settings.ts";
import { pathsOf, refusalOf } from "../../shared/fleet/load-text.ts";

const folder = mkdtempSync(join(tmpdir(), "hookline-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (env: Record<string, string | undefined>) => readSettings({ env, cwd: folder, hostName: "NAS.local" });
const problemsFor = (env: Record<string, string | undefined>) => refusalOf(() => read(env)).problems;
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const pem = (type: "pkcs1" | "pkcs8") =>
  generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey.export({ type, format: "pem" }).toString();

test("an empty environment gives the documented defaults", () => {
  expect(read({})).toEqual({
    edgeUrl: null,
    token: null,
    previousToken: null,
    readToken: null,
    previousReadToken: null,
    github: null,
    githubApiUrl: "https://api.github.com",
    webhookSecret: null,
    previousWebhookSecret: null,
    configFile: join(folder, "config/pools.yaml"),
    dataFolder: join(folder, "data"),
    instance: "nas",
    instanceIsChosen: false,
    call: "hookline",
    dockerHost: "unix:///var/run/docker.sock",
    minFreeDiskBytes: 2 ** 30,
    minFreeMemoryBytes: 2 ** 28,
    registryAuth: null,
    logLevel: "info",
    timeZone: null,
    sweepIntervalMs: 60_000,
    proxy: { https: null, http: null, no: null },
    waitingTooLongMs: 1_800_000,
    staleMs: 900_000,
    mailbox: { retentionMs: 604_800_000, maxUnacked: 50_000 },
    http: { listen: null, token: null, operatorToken: null, read: "token", hosts: [] },
    notices: { receivers: [], secret: null, quiet: null, without: [] },
  });
});

test("every variable arrives", () => {
  const settings = read({
    HOOKLINE_EDGE_URL: "https://hookline.acme.workers.dev/",
    HOOKLINE_TOKEN: "link-token",
    HOOKLINE_TOKEN_PREVIOUS: "old-link-token",
    GITHUB_TOKEN: "ghp_x",
    GITHUB_API_URL: "https://github.acme.com/api/v3/",
    GITHUB_WEBHOOK_SECRET: "hook secret",
    GITHUB_WEBHOOK_SECRET_PREVIOUS: "old hook secret",
    HOOKLINE_CONFIG: "/etc/hookline/pools.yaml",
    HOOKLINE_DATA: "/data",
    HOOKLINE_INSTANCE: "rack-2",
    HOOKLINE_SWEEP_INTERVAL_SECONDS: "15",
    HOOKLINE_STALE_MINUTES: "20",
    HOOKLINE_RETENTION_DAYS: "30",
    HOOKLINE_BACKLOG_SIGNALS: "1000",
    HOOKLINE_READ_TOKEN: "reading-token",
    DOCKER_HOST: "tcp://10.0.0.2:2375",
    LOG_LEVEL: "debug",
    TZ: "Europe/Berlin",
  });
  expect(settings).toMatchObject({
    edgeUrl: "https://hookline.acme.workers.dev",
    githubApiUrl: "https://github.acme.com/api/v3",
    configFile: "/etc/hookline/pools.yaml",
    dataFolder: "/data",
    instance: "rack-2",
    sweepIntervalMs: 15_000,
    staleMs: 1_200_000,
    mailbox: { retentionMs: 2_592_000_000, maxUnacked: 1000 },
    dockerHost: "tcp://10.0.0.2:2375",
    logLevel: "debug",
    timeZone: "Europe/Berlin",
  });
  expect(requireEdge(settings).token.reveal()).toBe("link-token");
  expect(settings.previousToken?.reveal()).toBe("old-link-token");
  expect(settings.readToken?.reveal()).toBe("reading-token");
  expect(requireWebhookSecret(settings).reveal()).toBe("hook secret");
  expect(settings.previousWebhookSecret?.reveal()).toBe("old hook secret");
  const github = requireGitHub(settings);
  expect(github.kind === "token" && github.token.reveal()).toBe("ghp_x");
});

test.each(["pkcs1", "pkcs8"] as const)("a GitHub App comes with its key as %s, in a file or on one line", (type) => {
  const key = pem(type);
  const app = { GITHUB_APP_ID: "Iv23abc", GITHUB_APP_INSTALLATION_ID: "42" };
  for (const env of [
    { ...app, GITHUB_APP_PRIVATE_KEY_FILE: file("app.pem", key) },
    { ...app, GITHUB_APP_PRIVATE_KEY_FILE: file("app.pem", key.replaceAll("\n", "\r\n")) },
    { ...app, GITHUB_APP_PRIVATE_KEY: key.replaceAll("\n", "\\n") },
    { ...app, GITHUB_APP_PRIVATE_KEY: key },
  ]) {
    const github = requireGitHub(read(env));
    expect(github).toMatchObject({ kind: "app", appId: "Iv23abc", installationId: 42 });
    expect(github.kind === "app" && github.privateKey.reveal().replaceAll("\r", "")).toBe(key);
  }
});

/** Secrets that have a form of their own. */
const FORMS: Readonly<Record<string, string>> = {
  HOOKLINE_NOTIFY: "ntfy+https://ntfy.sh/top-secret",
  HOOKLINE_NOTIFY_SECRET: `whsec_${"dG9w".repeat(10)}`,
};
const REGISTRY_AUTH = '{"auths":{"ghcr.io":{"auth":"bWU6c2VjcmV0"}}}';

test.each([...SECRET_VARIABLES])(
  "%s comes from a file as well, less its last line break, and not from both",
  (name) => {
    const isKey = name === "GITHUB_APP_PRIVATE_KEY";
    const isAuth = name === "HOOKLINE_REGISTRY_AUTH";
    const secret = isKey ? pem("pkcs8").trimEnd() : isAuth ? REGISTRY_AUTH : (FORMS[name] ?? "top-secret");
    const app = isKey ? { GITHUB_APP_ID: "1" } : {};
    const pointer = `${name}_FILE`;
    const found: unknown[] = [];
    for (const end of ["", "\n", "\r\n"]) {
      const settings = read({ ...app, [pointer]: file("secret", secret + end) });
      const { github } = settings;
      const all = [
        settings.token,
        settings.previousToken,
        settings.readToken,
        settings.previousReadToken,
        settings.webhookSecret,
        settings.previousWebhookSecret,
        settings.registryAuth,
        settings.http.token,
        settings.http.operatorToken,
        settings.notices.secret,
      ];
      found.push(...settings.notices.receivers.map(({ kind, url }) => `${kind}+${url}`));
      const own = github === null ? [] : [github.kind === "token" ? github.token : github.privateKey];
      found.push(...[...all, ...own].filter((value) => value !== null).map((value) => value.reveal().trimEnd()));
    }
    expect(found).toEqual([secret, secret, secret]);
    const problems = problemsFor({ ...app, [name]: secret, [pointer]: "secret" });
    expect(problems).toEqual([{ path: name, message: expect.stringContaining(`${pointer} as well; keep one`) }]);
  },
);

test.each([
  ["is missing", "no-such-file", /no-such-file, which cannot be read: there is no such file/],
  ["is a folder", ".", /cannot be read: it is a folder/],
  ["is empty", file("empty", "\n"), /empty, which is empty/],
])("a secret's file that %s is named", (_name, path, message) => {
  expect(problemsFor({ GITHUB_TOKEN_FILE: path })).toEqual([
    { path: "GITHUB_TOKEN_FILE", message: expect.stringMatching(message) },
  ]);
});

test("a variable that compose sets to nothing counts as unset", () => {
  expect(read({ GITHUB_TOKEN: "", GITHUB_TOKEN_FILE: "", LOG_LEVEL: "", TZ: "", HOOKLINE_DATA: "" })).toEqual(read({}));
});

test.each([
  ["HOOKLINE_EDGE_URL", "hookline.acme.workers.dev", /https:\/\//],
  ["HOOKLINE_EDGE_URL", "http://hookline.acme.workers.dev", /http:\/\/ only for this machine/],
  ["HOOKLINE_EDGE_URL", "https://user:pass@edge.example", /without user/],
  ["HOOKLINE_EDGE_URL", "https://edge.example/?token=x", /without user, query/],
  ["HOOKLINE_EDGE_URL", "wss://edge.example", /https:\/\//],
  ["GITHUB_API_URL", "api.github.com", /https:\/\/github\.example\.com/],
  ["HOOKLINE_TOKEN", "two words", /one line without spaces/],
  ["GITHUB_TOKEN", "ghp_x\n", /one line without spaces/],
  ["HOOKLINE_INSTANCE", "My_NAS", /1 to 16 lower-case/],
  ["HOOKLINE_INSTANCE", "a".repeat(17), /1 to 16/],
  ["HOOKLINE_INSTANCE", "nas-", /single dashes between/],
  ["HOOKLINE_INSTANCE", "nas--2", /single dashes between/],
  ["DOCKER_HOST", "tcp://user:pass@nas", /tcp:\/\/host:port/],
  ["HOOKLINE_SWEEP_INTERVAL_SECONDS", "0", /from 1 to 86400/],
  ["HOOKLINE_SWEEP_INTERVAL_SECONDS", "1m", /whole number/],
  ["GITHUB_APP_INSTALLATION_ID", "acme", /whole number/],
  ["DOCKER_HOST", "ssh://nas", /unix:\/\/\/path/],
  ["DOCKER_HOST", "/var/run/docker.sock", /unix:\/\/\/path/],
  ["LOG_LEVEL", "verbose", /one of error, warn, info, debug/],
  ["TZ", "Mars/Base", /such as Europe\/Berlin/],
])("%s=%j is refused by its name, with what it takes", (name, value, message) => {
  expect(problemsFor({ [name]: value })).toEqual([{ path: name, message: expect.stringMatching(message) }]);
});

test.each([
  ["an App without key", { GITHUB_APP_ID: "1" }, "GITHUB_APP_PRIVATE_KEY"],
  ["a key without App", { GITHUB_APP_PRIVATE_KEY: pem("pkcs8") }, "GITHUB_APP_ID"],
  [
    "a token and an App",
    { GITHUB_TOKEN: "x", GITHUB_APP_ID: "1", GITHUB_APP_PRIVATE_KEY: pem("pkcs8") },
    "GITHUB_TOKEN",
  ],
  ["something else as key", { GITHUB_APP_ID: "1", GITHUB_APP_PRIVATE_KEY: "SHA256:abc" }, "GITHUB_APP_PRIVATE_KEY"],
])("%s is refused once", (_name, env, path) => {
  expect(pathsOf(problemsFor(env))).toEqual([path]);
});

test("all mistakes are told at once, and none tells a secret", () => {
  const refusal = refusalOf(() =>
    read({
      HOOKLINE_TOKEN: "s3cr3t one",
      GITHUB_TOKEN: "s3cr3t two",
      GITHUB_APP_PRIVATE_KEY: "s3cr3t three",
      LOG_LEVEL: "loud",
    }),
  );
  expect(pathsOf(refusal.problems)).toEqual(["HOOKLINE_TOKEN", "GITHUB_TOKEN", "GITHUB_APP_PRIVATE_KEY", "LOG_LEVEL"]);
  expect(inspect(refusal, { depth: null })).not.toContain("s3cr3t");
});

test("settings can be printed without telling a secret", () => {
  const settings = read({
    HOOKLINE_TOKEN: "s3cr3t-one",
    GITHUB_TOKEN: "s3cr3t-two",
    GITHUB_WEBHOOK_SECRET: "s3cr3t-three",
  });
  expect(inspect(settings, { depth: null }) + JSON.stringify(settings)).not.toContain("s3cr3t");
});

test("a command that needs what is not set says which variable to set", () => {
  const settings = read({});
  expect(pathsOf(refusalOf(() => requireEdge(settings)).problems)).toEqual(["HOOKLINE_EDGE_URL", "HOOKLINE_TOKEN"]);
  expect(refusalOf(() => requireGitHub(settings)).message).toMatch(/GITHUB_TOKEN: is not set; .*GITHUB_APP_ID/);
  expect(refusalOf(() => requireWebhookSecret(settings)).message).toMatch(/GITHUB_WEBHOOK_SECRET_FILE/);
});

test.each([
  ["NAS.local", "nas"],
  ["My DiskStation_2", "my-diskstation-2"],
  ["-synology-at-home-in-the-attic", "synology-at-hom"],
  ["0123456789ab", "nas"],
  ["日本", "nas"],
  ["", "nas"],
])("the host %j gives the instance %s, which outlives a container", (hostName, instance) => {
  expect(readSettings({ env: {}, cwd: folder, hostName }).instance).toBe(instance);
});

test("the development edge on this machine may be plain HTTP", () => {
  expect(read({ HOOKLINE_EDGE_URL: "http://127.0.0.1:8787/" }).edgeUrl).toBe("http://127.0.0.1:8787");
  expect(read({ HOOKLINE_EDGE_URL: "http://[::1]:8787" }).edgeUrl).toBe("http://[::1]:8787");
});

test("a misspelt variable is noticed", () => {
  const env = {
    HOOKLINE_EDGEURL: "x",
    HOOKLINE_VERSION: "x",
    HOOKLINE_TOKEN_FILE: "x",
    HOOKLINE_EDGE_URL: "x",
    PATH: "x",
  };
  expect(unknownSettings(env)).toEqual([
    { path: "HOOKLINE_EDGEURL", message: "is not a setting of Hookline; did you mean HOOKLINE_EDGE_URL?" },
    { path: "HOOKLINE_VERSION", message: "is not a setting of Hookline" },
  ]);
});
