/** The name that both compose files give the agent's container; what pages and remedies tell the operator to type. */
export const AGENT_CONTAINER = "hookline-agent";

/** Compose as the pages call it, from the checkout; its file is in no folder where Compose looks by itself. */
export const COMPOSE = "docker compose -f config/compose.yaml";
