import { deadAddress } from "../../stand-ins/http/local-server.ts";
import { ping, type BrokenWorld } from "./broken-world.ts";
import { poisonEverything } from "./poison-agent.ts";

const BLIND = /^(edge-(agent|secret|dead-letters|usage|settings|watchdog)|webhook-freshness|github-hook:acme)$/;

/** The edge, its token, its version, and the freshness of its events. */
export const BROKEN_EDGES: readonly BrokenWorld[] = [
  {
    name: "an edge that answers with an error",
    check: "edge-reachable",
    status: "fail",
    summary: /answers 500/,
    remedy: /wrangler tail/,
    skips: BLIND,
    breakIt: ({ edgeFront }) => ({ undo: edgeFront.alter({ path: /^\/freshness/, status: 500 }) }),
  },
  {
    name: "something else at the edge's address",
    check: "edge-reachable",
    status: "fail",
    summary: /no Hookline answers/,
    remedy: /HOOKLINE_EDGE_URL/,
    skips: BLIND,
    breakIt: ({ edgeFront }) => ({ undo: edgeFront.alter({ path: /^\/freshness/, status: 404, text: "<html>" }) }),
  },
  {
    name: "a token that the edge does not take",
    check: "edge-reachable",
    status: "fail",
    summary: /refuses the token/,
    remedy: /wrangler secret put HOOKLINE_TOKEN/,
    skips: BLIND,
    breakIt: () => ({ env: { HOOKLINE_TOKEN: "another-token-altogether" } }),
  },
  {
    name: "no token for the edge",
    check: "edge-reachable",
    status: "fail",
    summary: /HOOKLINE_TOKEN is not set/,
    remedy: /HOOKLINE_TOKEN=/,
    skips: BLIND,
    breakIt: () => ({ env: { HOOKLINE_TOKEN: undefined } }),
  },
  {
    name: "no address of the edge",
    check: "edge-reachable",
    status: "fail",
    summary: /HOOKLINE_EDGE_URL is not set/,
    remedy: /HOOKLINE_EDGE_URL=/,
    skips: BLIND,
    breakIt: () => ({ env: { HOOKLINE_EDGE_URL: undefined } }),
  },
  {
    name: "an edge of another version",
    check: "edge-reachable",
    status: "warn",
    summary: /edge 9\.9\.9, agent/,
    remedy: /wrangler deploy/,
    breakIt: ({ edgeFront }) => ({
      undo: edgeFront.alter({ path: /^\/freshness/, json: (body) => ({ ...body, edgeVersion: "9.9.9" }) }),
    }),
  },
  {
    name: "an edge of another protocol",
    check: "edge-reachable",
    status: "fail",
    summary: /protocol 9/,
    remedy: /wrangler deploy/,
    breakIt: ({ edgeFront }) => ({
      undo: edgeFront.alter({ path: /^\/freshness/, json: (body) => ({ ...body, protocol: 9 }) }),
    }),
  },
  {
    name: "another agent than this one on the link",
    check: "edge-agent",
    status: "warn",
    summary: /this one is other/,
    remedy: /HOOKLINE_INSTANCE=doc-/,
    breakIt: () => ({ env: { HOOKLINE_INSTANCE: "other" } }),
  },
  {
    name: "a hook with another secret than the Worker's",
    check: "webhook-freshness",
    status: "fail",
    summary: /^(rejecting|stale)/,
    remedy: /secret|deliveries/,
    skips: /^github-deliveries$/,
    breakIt: async (world) => {
      const { github, hook } = world;
      github.editHook(hook.id, { secret: "not-the-worker's" });
      await ping(world);
      return {
        undo: async () => {
          github.editHook(hook.id, { secret: hook.secret });
          await ping(world);
        },
      };
    },
  },
  {
    name: "a hook that still signs with the previous secret",
    check: "edge-secret",
    status: "warn",
    summary: /still signs? with the previous secret/,
    remedy: /GITHUB_WEBHOOK_SECRET/,
    breakIt: async (world) => {
      const { github, hook, previousSecret } = world;
      github.editHook(hook.id, { secret: previousSecret });
      await ping(world);
      return {
        undo: async () => {
          github.editHook(hook.id, { secret: hook.secret });
          await ping(world);
        },
      };
    },
  },
  {
    name: "deliveries that fail on their way, as GitHub's log alone knows",
    check: "webhook-freshness",
    status: "fail",
    summary:
      /^stale: GitHub's log has what never came here: the last 2 deliveries of hook \d+ of acme failed within .*\(502 ×2\)/,
    remedy: /gh api 'orgs\/acme\/hooks\/\d+\/deliveries/,
    skips: /^github-deliveries$/,
    breakIt: async (world) => {
      const outage = world.github.misdeliver({ fault: { kind: "fail", statusCode: 502 } });
      await ping(world);
      await ping(world);
      return {
        undo: async () => {
          outage.stop();
          await ping(world);
        },
      };
    },
  },
  {
    name: "no agent on the link",
    check: "webhook-freshness",
    status: "fail",
    summary: /^link down: no agent is connected/,
    remedy: /docker compose -f config\/compose\.yaml up -d/,
    skips: /^(edge-agent|jobs-waiting|config-loaded|corpses)$/,
    breakIt: async (world) => {
      await world.stopAgent();
      return { undo: () => world.startAgent() };
    },
  },
  {
    name: "an edge that nobody reaches any more",
    check: "edge-reachable",
    status: "fail",
    summary: /cannot be reached/,
    remedy: /HOOKLINE_EDGE_URL/,
    skips: BLIND,
    breakIt: async ({ github, hook, edgeFront }) => {
      const dead = await deadAddress();
      github.editHook(hook.id, { url: `${dead}/webhook` });
      return {
        env: { HOOKLINE_EDGE_URL: dead },
        undo: () => github.editHook(hook.id, { url: `${edgeFront.url}/webhook` }),
      };
    },
  },
  {
    name: "signals that an agent could not read",
    check: "edge-dead-letters",
    status: "warn",
    summary: /^\d+ signals? (was|were) set aside/,
    remedy: /hookline dead requeue SEQ/,
    breakIt: async (world) => {
      await world.stopAgent();
      const mend = await poisonEverything(world);
      await world.startAgent();
      return { undo: mend };
    },
  },
];
