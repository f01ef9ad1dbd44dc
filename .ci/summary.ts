import { readFileSync } from "node:fs";

import * as z from "zod";

/** The closing line of .ci/run: tests as the runner counted them; a failed step before them counts as one failure. */
const reportSchema = z.object({ numPassedTests: z.number(), numFailedTests: z.number(), success: z.boolean() });

const [, , file = "", status = "0"] = process.argv;
const report = reportSchema.parse(JSON.parse(readFileSync(file, "utf8")));
const failedSteps = status !== "0" && report.numFailedTests === 0 ? 1 : 0;
console.log(`${report.numPassedTests} passed, ${report.numFailedTests + failedSteps} failed`);
