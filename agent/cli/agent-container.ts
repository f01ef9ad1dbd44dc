/** The name that both compose files give the agent's container; what pages and remedies tell the operator to type. */
export const AGENT_CONTAINER = "hookline-agent";
