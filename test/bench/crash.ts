import { parseFigures } from "../../config/build/figures.ts";
import { figuresOfTests } from "./figures-of-tests.ts";
import type { Measured } from "./measured.ts";

/** At how many places edge and agent die in the tests, each once. */
export async function benchCrash(): Promise<Measured<"crash">> {
  const args = ["--project", "node", "test/crash", "-t", "crash at any call|every kind of call"];
  const figures = parseFigures("crash", (await figuresOfTests({ args }))["crash"]);
  return { figures, text: `${figures.places} places to die, of ${figures.calls} calls\n`, ok: true };
}
