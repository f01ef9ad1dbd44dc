import { expect, test } from "vitest";

import { runCli } from "../../../agent/cli.ts";
import { VERSION } from "../../../shared/version.ts";
import { fakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();

test.each([[["--help"]], [["-h"]], [["help"]]])("%j explains every command", async (args) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(0);
  for (const command of ["init", "agent", "doctor", "config check", "version"])
    expect(io.out()).toContain(`\n  ${command} `);
  expect(io.err()).toBe("");
});

test.each([[["version"]], [["--version"]]])("%j prints the version and nothing else", async (args) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(0);
  expect(io.out()).toBe(`${VERSION}\n`);
});

test.each<[readonly string[], string]>([
  [[], "No command was given."],
  [["fly"], "There is no command hookline fly."],
  [["config"], "There is no command hookline config."],
  [["config", "burn"], "There is no command hookline config burn."],
])("%j is wrong usage: exit code 2, what is wrong and where to look", async (args, message) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(2);
  expect(io.err()).toBe(`${message}\nSee hookline --help\n`);
  expect(io.out()).toBe("");
});

test.each([["agent"], ["doctor"], ["init"]])(
  "hookline %s has help, and refuses options that it does not know",
  async (command) => {
    const helped = fakeIo();
    expect(await runCli([command, "--help"], helped, STOPPED)).toBe(0);
    expect(helped.out()).toMatch(new RegExp(`^Usage: hookline ${command}`));
    for (const args of [["--bogus"], ["stray"]]) {
      const io = fakeIo();
      expect(await runCli([command, ...args], io, STOPPED)).toBe(2);
      expect(io.err()).toContain(args[0]);
      expect(io.out()).toBe("");
    }
  },
);
