import { AGENT_MUTATIONS } from "./agent-mutations.ts";
import { ALERT_MUTATIONS } from "./alert-mutations.ts";
import { CONTROLLER_MUTATIONS } from "./controller-mutations.ts";
import { DOCTOR_MUTATIONS } from "./doctor-mutations.ts";
import { EDGE_MUTATIONS } from "./edge-mutations.ts";
import { ENGINE_MUTATIONS } from "./engine-mutations.ts";
import { GITHUB_MUTATIONS } from "./github-mutations.ts";
import type { Mutation } from "./mutation.ts";
import { PAGE_MUTATIONS } from "./page-mutations.ts";
import { PRICE_MUTATIONS } from "./price-mutations.ts";
import { RECEIVER_MUTATIONS } from "./receiver-mutations.ts";
import { SLOT_MUTATIONS } from "./slot-mutations.ts";
import { STATUS_MUTATIONS } from "./status-mutations.ts";
import { VERSION_MUTATIONS } from "./version-mutations.ts";

/** Every one of these must be found by each suite that it names. Add one with each promise that a change could break. */
export const MUTATIONS: readonly Mutation[] = [
  ...EDGE_MUTATIONS,
  ...RECEIVER_MUTATIONS,
  ...CONTROLLER_MUTATIONS,
  ...AGENT_MUTATIONS,
  ...SLOT_MUTATIONS,
  ...ENGINE_MUTATIONS,
  ...GITHUB_MUTATIONS,
  ...STATUS_MUTATIONS,
  ...VERSION_MUTATIONS,
  ...DOCTOR_MUTATIONS,
  ...PAGE_MUTATIONS,
  ...ALERT_MUTATIONS,
  ...PRICE_MUTATIONS,
];
