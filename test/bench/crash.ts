import { parseFigures } from "../../config/build/figures.ts";
import { figuresOfTests } from "./figures-of-tests.ts";
import type { Measured } from "./measured.ts";

/** At how many places edge and agent die in the tests, each once. Counts them; that all is well at each is for the tests. */
export async function benchCrash(): Promise<Measured<"crash">> {
  const args = ["--project", "node", "test/crash/crash-points.test.ts", "-t", "every kind of call"];
  const figures = parseFigures("crash", (await figuresOfTests({ args }))["crash"]);
  return { figures, text: `${figures.places} places to die, of ${figures.calls} calls\n`, ok: true };
}
