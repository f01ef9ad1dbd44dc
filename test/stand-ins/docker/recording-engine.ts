import { FakeEngine, json } from "./fake-engine.ts";

/** What a create call asked for, as far as tests look. */
export interface AskedContainer {
  readonly User?: string;
  readonly Entrypoint?: readonly string[];
  readonly Env: readonly string[];
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

export interface RecordingOptions {
  /** What `/info` says otherwise than by default. */
  readonly info?: Readonly<Record<string, unknown>>;
  /** What the engine kept of the limits and settings it was asked for; all of them where it is left out. */
  readonly keeps?: (asked: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** `Warnings` of the answer to a create. */
  readonly warnings?: readonly string[];
  /** Containers that are there already, by what they are asked for by, as `GET /containers/{id}/json` answers. */
  readonly others?: Readonly<Record<string, object>>;
}

export interface RecordingEngine extends AsyncDisposable {
  readonly engine: FakeEngine;
  readonly asked: readonly AskedContainer[];
}

/** An engine that makes, starts and shows whatever it is asked for, and remembers it. */
export async function recordingEngine(options: RecordingOptions = {}): Promise<RecordingEngine> {
  const asked: AskedContainer[] = [];
  const named = new Map<string, number>();
  const keeps = options.keeps ?? ((host) => host);
  const engine = await FakeEngine.start({
    ...(options.info === undefined ? {} : { info: options.info }),
    answer: ({ method, path, query, body }, response) => {
      const [, ref = "", action] = /^\/containers\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
      const other = options.others?.[decodeURIComponent(ref)];
      const index = named.get(decodeURIComponent(ref));
      if (path === "/containers/create") {
        const id = `c${asked.length}`;
        for (const name of [id, query.get("name") ?? id]) named.set(name, asked.length);
        asked.push(JSON.parse(body));
        json(response, 201, { Id: id, Warnings: options.warnings ?? [] });
      } else if (action === "json" && other !== undefined) json(response, 200, other);
      else if (index === undefined) return false;
      else if (action === "json") json(response, 200, shown(`c${index}`, asked[index], keeps));
      else if (action === "start" || method === "DELETE") response.writeHead(204).end();
      else return false;
      return true;
    },
  });
  return { engine, asked, [Symbol.asyncDispose]: () => engine.stop() };
}

function shown(id: string, asked: AskedContainer | undefined, keeps: NonNullable<RecordingOptions["keeps"]>): object {
  return {
    Id: id,
    Name: `/${id}`,
    Created: "2026-11-23T08:00:00Z",
    Config: { Labels: {}, User: asked?.User ?? "" },
    State: { Status: "running", ExitCode: 0, StartedAt: "2026-11-23T08:00:00Z", FinishedAt: "0001-01-01T00:00:00Z" },
    HostConfig: { Runtime: "runc", ...keeps(asked?.HostConfig ?? {}) },
  };
}
