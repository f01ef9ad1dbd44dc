import { asMapping, draftOf, isMapping } from "./draft.ts";
import { LOCAL_ENGINE } from "./engine.ts";
import { engineShape, enginesOfPool } from "./engine-fields.ts";
import type { FleetFinding } from "./finding.ts";
import { swarmFindings } from "./swarm-checks.ts";
import { version2PoolShape } from "./version-2.ts";

const TLS_FILES = ["ca", "cert", "key"] as const;
const SECURED =
  "is without TLS: name ca, cert and key (docs/engines.md has the recipe), or say insecure: true where nobody else reaches the port";

/** What is wrong between the keys of an engine, between engines, and between pools and engines. */
export function engineFindings(file: unknown, pools: readonly unknown[]): FleetFinding[] {
  const engines = asMapping(asMapping(file)["engines"]);
  const each = Object.entries(engines).flatMap(([name, engine]) => (isMapping(engine) ? ofOne(name, engine) : []));
  return [
    ...each,
    ...sameHost(engines),
    ...pools.flatMap((pool, index) => [...ofPool(pool, index, engines), ...swarmFindings(pool, index, engines)]),
  ];
}

function ofOne(name: string, engine: Readonly<Record<string, unknown>>): FleetFinding[] {
  const at = (...path: readonly string[]) => ["engines", name, ...path];
  const files = TLS_FILES.filter((key) => key in engine);
  const { host, insecure } = draftOf(engineShape, engine);
  const beside = [...files, ...("insecure" in engine ? ["insecure"] : [])];
  if (name === LOCAL_ENGINE) {
    return ["host", ...beside]
      .filter((key) => key in engine)
      .map((key) => ({ at: at(key), message: "is not for local, which is the engine at DOCKER_HOST; remove it" }));
  }
  if (!("host" in engine))
    return [{ at: at("host"), message: "is missing; it must be unix:///path/to/docker.sock or tcp://host:port" }];
  if (host === undefined) return [];
  if (host.startsWith("unix:"))
    return beside.map((key) => ({ at: at(key), message: "is for tcp:// alone; remove it, a socket has no TLS" }));
  if (insecure === true)
    return files.map((key) => ({ at: at(key), message: "stands beside insecure: true; remove one of them" }));
  if (files.length === 0) return [{ at: at("host"), message: SECURED }];
  return TLS_FILES.filter((key) => !(key in engine)).map((key) => ({
    at: at(key),
    message: `is missing beside ${files.join(" and ")}: TLS takes ca, cert and key`,
  }));
}

/** Two names of one engine would list each slot twice. */
function sameHost(engines: Readonly<Record<string, unknown>>): FleetFinding[] {
  const first = new Map<string, string>();
  return Object.entries(engines).flatMap(([name, engine]) => {
    const { host } = draftOf(engineShape, engine);
    if (host === undefined) return [];
    const earlier = first.get(host);
    if (earlier === undefined) first.set(host, name);
    if (earlier === undefined) return [];
    return [{ at: ["engines", name, "host"], message: `is the host of ${earlier} already; one engine has one name` }];
  });
}

function ofPool(value: unknown, index: number, engines: Readonly<Record<string, unknown>>): FleetFinding[] {
  const { engine, docker } = draftOf(version2PoolShape, value);
  const names = enginesOfPool(engine) ?? [];
  const at = ["pools", index];
  const known = [LOCAL_ENGINE, ...Object.keys(engines).filter((name) => name !== LOCAL_ENGINE)];
  const unknown = names
    .filter((name) => !known.includes(name))
    .map((name) => ({ at: [...at, "engine"], message: `names ${name}, and engines has ${known.join(", ")}` }));
  const remote = names.filter((name) => draftOf(engineShape, engines[name]).host?.startsWith("tcp:") === true);
  if (docker !== "socket" || remote.length === 0) return unknown;
  const message = `shares a socket, and ${remote.join(", ")} has none here: docker: socket is for engines of this machine`;
  return [...unknown, { at: [...at, "docker"], message }];
}
