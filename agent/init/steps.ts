import type { Step } from "./world/context.ts";
import type { Choices } from "./world/state.ts";
import { accountStep } from "./steps/account.ts";
import { appStep } from "./steps/app.ts";
import { configStep } from "./steps/config.ts";
import { deployStep } from "./steps/deploy.ts";
import { edgeStep } from "./steps/edge.ts";
import { hooksStep } from "./steps/hooks.ts";
import { probeStep } from "./steps/probe.ts";
import { secretsStep } from "./steps/secrets.ts";

/** What init does, in this order: each step stands on those before it. */
export function stepsFor({ app }: Choices): readonly Step[] {
  return [accountStep, secretsStep, deployStep, edgeStep, app ? appStep : hooksStep, configStep, probeStep];
}
