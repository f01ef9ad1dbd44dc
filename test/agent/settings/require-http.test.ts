import { expect, test } from "vitest";

import { requireHttp } from "../../../agent/settings/require-settings.ts";
import { readSettings } from "../../../agent/settings/settings.ts";
import type { Environment } from "../../../agent/settings/environment.ts";

const settings = (env: Environment) => readSettings({ env, cwd: "/", hostName: "nas" });

test("nothing is served unless it is asked for", () => {
  expect(requireHttp(settings({ HOOKLINE_HTTP_TOKEN: "t" }))).toBeNull();
});

test("what is served wants a token, or the word that it is open", () => {
  expect(() => requireHttp(settings({ HOOKLINE_HTTP: ":8124" }))).toThrow(/HOOKLINE_HTTP_TOKEN: is not set/);
  expect(requireHttp(settings({ HOOKLINE_HTTP: ":8124", HOOKLINE_HTTP_READ: "open" }))).toMatchObject({ read: "open" });
  expect(requireHttp(settings({ HOOKLINE_HTTP: "[::1]:8124", HOOKLINE_HTTP_TOKEN: "t" }))).toMatchObject({
    listen: { host: "::1", port: 8124 },
    read: "token",
  });
});

test("the port that the internet reaches serves nothing else", () => {
  const http = settings({ HOOKLINE_HTTP: ":8080", HOOKLINE_HTTP_TOKEN: "t" });
  expect(() => requireHttp(http, { host: "127.0.0.1", port: 8080 })).toThrow(/the port of the webhook/);
  expect(requireHttp(http, { host: null, port: 0 })).not.toBeNull();
});

test.each([
  ["HOOKLINE_HTTP", "8124"],
  ["HOOKLINE_HTTP", "http://nas:8124"],
  ["HOOKLINE_HTTP_READ", "yes"],
  ["HOOKLINE_HTTP_HOSTS", "http://nas"],
  ["HOOKLINE_HTTP_HOSTS", "nas:8124"],
])("%s=%s is refused by name", (name, value) => {
  expect(() => settings({ [name]: value })).toThrow(name);
});

test("host names are compared in lower case", () => {
  expect(settings({ HOOKLINE_HTTP_HOSTS: "NAS.home, nas" }).http.hosts).toEqual(["nas.home", "nas"]);
});
