import { expect, test } from "vitest";

import { runCli } from "../../../agent/commands/commands.ts";
import { VERSION } from "../../../shared/version.ts";
import { fakeIo } from "./command-io.ts";

const STOPPED = AbortSignal.abort();
const COMMANDS = [
  "init",
  "agent",
  "autoscale-webhook",
  "doctor",
  "scale",
  "config check",
  "healthcheck",
  "explain",
  "slots",
  "deliveries",
  "dead",
  "drain",
  "version",
];

test.each([[["--help"]], [["-h"]], [["help"]]])("%j explains every command", async (args) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(0);
  for (const command of COMMANDS) expect(io.out()).toMatch(new RegExp(`\n  ${command}[ \n]`));
  expect(io.err()).toBe("");
});

test.each([[["version"]], [["--version"]]])("%j prints the version and nothing else", async (args) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(0);
  expect(io.out()).toBe(`${VERSION}\n`);
});

test.each<[readonly string[], string, string?]>([
  [[], "No command was given."],
  [["fly"], "There is no command hookline fly."],
  [["constructor"], "There is no command hookline constructor."],
  [["docter"], "There is no command hookline docter.", "doctor"],
  [["deliverys", "--json"], "There is no command hookline deliverys.", "deliveries"],
  [["config"], "There is no command hookline config.", "config check"],
  [["config", "chek"], "There is no command hookline config chek.", "config check"],
  [["config", "burn"], "There is no command hookline config burn."],
])("%j is wrong usage: exit code 2, what is wrong, what was meant and where to look", async (args, message, meant) => {
  const io = fakeIo();
  expect(await runCli(args, io, STOPPED)).toBe(2);
  const guess = meant === undefined ? "" : `Did you mean hookline ${meant}? `;
  expect(io.err()).toBe(`${message}\n${guess}See hookline --help\n`);
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

test.each([["autoscale-webhook"], ["explain"], ["slots"], ["deliveries"], ["dead"], ["drain"]])(
  "hookline %s has help that fits 120 columns, and refuses an option that it does not know with where help is",
  async (command) => {
    const helped = fakeIo();
    expect(await runCli([command, "--help"], helped, STOPPED)).toBe(0);
    expect(helped.out()).toMatch(new RegExp(`^Usage: hookline ${command}`));
    expect(
      Math.max(
        ...helped
          .out()
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(120);
    const io = fakeIo();
    expect(await runCli([command, "--jsn", "--json"], io, STOPPED)).toBe(2);
    expect(io.json()).toEqual({
      ok: false,
      error: {
        code: "usage",
        message: "There is no option --jsn. Did you mean --json?",
        remedy: `See hookline ${command} --help`,
      },
    });
    expect(io.err()).toContain(`See hookline ${command} --help`);
  },
);
