import { Journal } from "../../agent/journal/journal.ts";
import type { Connection, ConnectionEvents } from "../../agent/link/dial.ts";
import { LinkClient } from "../../agent/link/link-client.ts";
import { PING, PONG } from "../../shared/link/protocol.ts";
import { silentLogger } from "../../shared/log/logger.ts";
import type { CrashEdge } from "./crash-edge.ts";
import { CrashSql, LATENCY_MS, Life, RESTART_MS, type Surroundings } from "./crash-plan.ts";
import { CrashSocket } from "./crash-socket.ts";
import type { OldEyes } from "./old-eyes.ts";
import type { TroubledDisk } from "./troubled-disk.ts";

/** What the agent stands in. */
export interface AgentSurroundings extends Surroundings {
  readonly disk: TroubledDisk;
  /** What this agent cannot read. */
  readonly eyes: OldEyes;
  readonly edge: CrashEdge;
  /** The version that it says it has. */
  readonly agentVersion: string;
  /** GUIDs that the agent took as new, over all its lives. */
  readonly fresh: string[];
}

/** Link client and journal in one process, on storage that outlives it. */
export class CrashAgent {
  readonly #world: AgentSurroundings;
  #life: Life;
  #client: LinkClient | null = null;
  #socket: CrashSocket | null = null;
  #boots = 0;

  constructor(world: AgentSurroundings) {
    this.#world = world;
    this.#life = this.#born();
  }

  #born(): Life {
    return new Life(() => {
      if (this.#socket !== null) this.#world.dropLater(this.#socket, "agent died");
      this.#world.clock.after(RESTART_MS, () => this.start());
    });
  }

  /** Ends the process properly and starts the next one; one that is dead starts by itself. */
  restart(): void {
    if (this.#life.dead) return;
    this.#world.run(() => this.#client?.stop());
    this.#life = this.#born();
    this.start();
  }

  start(): void {
    if (this.#life.dead) this.#life = this.#born();
    const life = this.#life;
    const world = this.#world;
    this.#boots += 1;
    world.run(() => {
      const journal = new Journal(new CrashSql(world.disk, world.plan, life, "journal"));
      world.fresh.push(...journal.reread(world.clock.now()).map((signal) => signal.guid));
      this.#client = new LinkClient({
        version: world.agentVersion,
        dial: (events) => this.#dial(events, life),
        journal,
        identity: { instance: "nas", boot: `boot-${this.#boots}`, host: "nas.local" },
        routes: () => [{ owner: "acme", labels: ["self-hosted", "linux"] }],
        events: {
          welcomed: () => {},
          received: (signals) => world.fresh.push(...signals.map((signal) => signal.guid)),
          caughtUp: () => {},
          down: () => {},
        },
        clock: {
          now: () => world.clock.now(),
          monotonicMs: () => world.clock.monotonicMs(),
          after: (ms, fire) => world.clock.after(ms, () => this.#run(life, fire)),
        },
        random: () => 0.5,
        log: silentLogger,
      });
      this.#client.start();
    });
  }

  #run(life: Life, work: () => void): void {
    if (!life.dead) this.#world.run(work);
  }

  /** The network: what a dead process had sent is still on its way. */
  #dial(events: ConnectionEvents, life: Life): Connection {
    const { clock, plan, edge, eyes } = this.#world;
    const later = (work: () => void): void => void clock.after(LATENCY_MS, () => this.#run(life, work));
    const socket: CrashSocket = new CrashSocket(clock.now(), edge.at, {
      send: (text) => later(() => socket.open && events.received(eyes.see(text))),
      closed: (code, reason) => {
        later(() => events.closed({ code, reason, status: null }));
        edge.ended(socket);
      },
    });
    this.#socket = socket;
    edge.join(socket);
    later(() => socket.open && events.opened());
    const up = (text: string): void => {
      if (text !== PING) return edge.receive(socket, text);
      if (!socket.open) return;
      socket.pinged(clock.now());
      later(() => socket.open && events.received(PONG));
    };
    return {
      send: (text) => plan.around(life, "send to edge", () => void clock.after(LATENCY_MS, () => up(text))),
      terminate: () => {
        if (!life.dead) this.#world.dropLater(socket, "terminated");
      },
    };
  }
}
