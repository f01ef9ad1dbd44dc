import process from "node:process";

/** `pnpm bench NAME`: runs `test/bench/NAME.ts`, which prints its figures. */
const BENCHES: Readonly<Record<string, () => Promise<unknown>>> = {
  edge: () => import("./edge.ts"),
  agent: () => import("./agent.ts"),
  controller: () => import("./controller.ts"),
};

const [name = ""] = process.argv.slice(2);
const run = BENCHES[name];
if (run === undefined) {
  process.stderr.write(`usage: pnpm bench ${Object.keys(BENCHES).join("|")}\n`);
  process.exitCode = 2;
} else {
  await run();
}
