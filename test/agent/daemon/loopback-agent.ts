import type { Pool } from "../../../shared/fleet/pool.ts";
import type { GitHubCredential } from "../../../agent/github/auth/credential.ts";
import { NodeSql } from "../../../agent/sqlite/node-sql.ts";
import { FakeSlots } from "../../stand-ins/docker/fake-slots.ts";
import { FakeGitHub } from "../../stand-ins/github/fake-github.ts";
import { patience } from "../../stand-ins/process/patience.ts";
import type { LoopbackGitHub } from "../../stand-ins/github/loopback-github.ts";
import { onLoopback } from "../github/on-loopback.ts";
import { agentFixture, SWEEP_MS } from "./agent-fixture.ts";

interface LoopbackOptions {
  /** Whose token the agent has; nobody's in particular unless said otherwise. */
  readonly login?: string;
  /** What GitHub holds beside `acme/web` before the agent starts. */
  readonly prepare?: (github: LoopbackGitHub) => void;
  /** By which credential; a token unless said otherwise. */
  readonly credential?: (github: LoopbackGitHub) => GitHubCredential;
}

/** A whole agent of one pool on the loopback GitHub, which holds `acme/web`, after the agent's first sweep. */
export async function loopbackAgent(pool: Pool, options: LoopbackOptions = {}) {
  const { github, clock, client } = await onLoopback();
  const repository = github.addRepository("acme/web");
  options.prepare?.(github);
  const { login } = options;
  const token = (): GitHubCredential => ({
    kind: "token",
    token: github.addToken(login === undefined ? {} : { login }),
  });
  const provider = new FakeSlots(clock);
  const [journalSql, slotsSql] = [new NodeSql(":memory:"), new NodeSql(":memory:")];
  const fixture = agentFixture({
    earlier: { clock, github: new FakeGitHub(clock), provider, journalSql, slotsSql },
    fleet: { version: 2, pools: [pool] },
    github: client((options.credential ?? token)(github)),
  });
  const { agent } = fixture;
  await fixture.start();
  const connection = fixture.welcome();
  await agent.waitFor(({ lastSweepAt }) => lastSweepAt !== null, patience());
  /** Lets a sweep begin, and waits for its end. */
  const sweep = async (): Promise<void> => {
    const before = agent.state().lastSweepAt ?? 0;
    await clock.advance(SWEEP_MS);
    await agent.waitFor(({ lastSweepAt }) => (lastSweepAt ?? 0) > before, patience());
  };
  return { ...fixture, repositoryId: repository.id, loopback: github, connection, sweep };
}
