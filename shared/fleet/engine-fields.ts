import * as z from "zod/mini";
import type { EngineSetting } from "./engine.ts";
import { described, slotCount, textLike } from "./fields.ts";

const engineName = () =>
  textLike(/^[a-z0-9][a-z0-9-]{0,30}$/, "1 to 31 lower-case letters, digits and dashes, and not begin with a dash");

const filePath = () => textLike(/^\/.+/, "an absolute path of the agent's own file system");

/** One engine. Which of its keys go together is for engine-checks.ts. */
export const engineShape = {
  host: described(
    z.optional(textLike(/^(?:unix:\/\/\/.+|tcp:\/\/[^/?#@]+\/?)$/, "unix:///path/to/docker.sock or tcp://host:port")),
    "Where it listens: unix:///path/to/docker.sock or tcp://host:port; left out for local alone",
  ),
  ca: described(z.optional(filePath()), "File with the certificate of the authority that signed the engine's own"),
  cert: described(z.optional(filePath()), "File with the agent's certificate, which the engine asks for"),
  key: described(z.optional(filePath()), "File with the key of that certificate"),
  insecure: described(
    z._default(z.boolean(), false),
    "Whether tcp:// is used without TLS: whoever reaches the port is root on that machine",
  ),
  swarm: described(
    z._default(z.boolean(), false),
    "Whether it is a manager of a Docker Swarm: slots are services there, on whatever node has room",
  ),
  maxSlots: described(z.optional(slotCount()), "Slots of all pools together that this engine may hold"),
};

const NAMES = "must be the name of an engine, or a list of names in the order of preference";

/** What a pool says of engines. */
export const poolEngine = () =>
  described(
    z.optional(
      z.union([engineName(), z.array(engineName()).check(z.minLength(1, { error: "must name at least one engine" }))], {
        error: NAMES,
      }),
    ),
    "Engine of the runners, or a list of engines: the first with room takes the next job. local, the one at DOCKER_HOST, if absent",
  );

export const fileEngines = () =>
  described(
    z.optional(z.record(engineName(), z.strictObject(engineShape))),
    "Docker Engines beside the one at DOCKER_HOST, which is local and needs no word here",
  );

type FileEngine = z.output<z.ZodMiniObject<typeof engineShape>>;

/** The engines in the file's order. */
export function enginesOfFile(engines: Readonly<Record<string, FileEngine>>): readonly EngineSetting[] {
  return Object.entries(engines).map(([name, { host, ca, cert, key, swarm, maxSlots }]) => {
    const isSecured = ca !== undefined && cert !== undefined && key !== undefined;
    const address = host === undefined ? null : { host, tls: isSecured ? { ca, cert, key } : null };
    return { name, address, maxSlots: maxSlots ?? null, ...(swarm ? { swarm } : {}) };
  });
}

/** Where a pool's slots go in a swarm. https://docs.docker.com/engine/swarm/services/#control-service-placement */
const placementShape = {
  constraints: described(
    z._default(
      z.array(
        textLike(
          /^(?:node|engine)\.[A-Za-z0-9_.-]{1,100} ?(?:==|!=) ?[A-Za-z0-9_./:-]{1,100}$/,
          "a constraint such as node.labels.disk==ssd or node.role!=manager",
        ),
      ),
      [],
    ),
    "What a node must be, such as node.labels.disk==ssd",
  ),
  spread: described(
    z._default(
      z.array(textLike(/^(?:node|engine)\.[A-Za-z0-9_.-]{1,100}$/, "an attribute of nodes such as node.labels.rack")),
      [],
    ),
    "Attributes over whose values slots are spread, such as node.labels.rack",
  ),
};

export const placement = () =>
  described(
    z.optional(z.strictObject(placementShape)),
    "Which nodes of a swarm take its slots; any with room if absent",
  );

/** What a pool names, as a list without repeats; undefined where it names none. */
export function enginesOfPool(engine: string | readonly string[] | undefined): readonly string[] | undefined {
  if (engine === undefined) return undefined;
  return [...new Set(typeof engine === "string" ? [engine] : engine)];
}
