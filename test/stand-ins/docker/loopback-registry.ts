import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

interface Blob {
  readonly type: string;
  readonly content: Buffer;
}

/**
 * A registry on loopback, which engines ask without TLS. It serves what a test puts there, and takes nothing.
 * https://distribution.github.io/distribution/spec/api/
 */
export class LoopbackRegistry {
  /** `METHOD path` of all requests. */
  readonly asked: string[] = [];
  readonly #blobs = new Map<string, Blob>();
  /** Digest of a manifest by `name:tag`. */
  readonly #tags = new Map<string, string>();
  readonly #server = createServer((request, response) => {
    this.asked.push(`${request.method} ${request.url}`);
    this.#answer(request.method ?? "", request.url ?? "", response);
  });
  /** Whether manifests are refused, as by a registry that is down. */
  down = false;

  static async start(): Promise<LoopbackRegistry> {
    const registry = new LoopbackRegistry();
    await new Promise<void>((resolve) => void registry.#server.listen(0, "127.0.0.1", resolve));
    return registry;
  }

  /** What names of images here begin with. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Puts an image of one layer under a tag, which moves to it. */
  push(name: string, tag: string, layer: Buffer, config: object, createdAt = new Date().toISOString()): void {
    const zipped = gzipSync(layer, { level: 1 });
    const settings = Buffer.from(
      JSON.stringify({
        architecture: process.arch === "arm64" ? "arm64" : "amd64",
        os: "linux",
        created: createdAt,
        config,
        rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
      }),
    );
    const part = (mediaType: string, content: Buffer) => {
      const digest = digestOf(content);
      this.#blobs.set(digest, { type: "application/octet-stream", content });
      return { mediaType, size: content.length, digest };
    };
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: part("application/vnd.docker.container.image.v1+json", settings),
        layers: [part("application/vnd.docker.image.rootfs.diff.tar.gzip", zipped)],
      }),
    );
    this.#blobs.set(digestOf(manifest), { type: MANIFEST, content: manifest });
    this.#tags.set(`${name}:${tag}`, digestOf(manifest));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }

  #answer(method: string, url: string, response: ServerResponse): void {
    if (url === "/v2/") return void response.writeHead(200).end("{}");
    const [, name = "", kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url) ?? [];
    const digest = kind === "manifests" ? (this.#tags.get(`${name}:${reference}`) ?? reference) : reference;
    const blob = this.down ? undefined : this.#blobs.get(digest);
    if (blob === undefined) return void response.writeHead(this.down ? 503 : 404).end("{}");
    response.writeHead(200, {
      "Content-Type": blob.type,
      "Content-Length": blob.content.length,
      "Docker-Content-Digest": digest,
    });
    response.end(method === "HEAD" ? undefined : blob.content);
  }
}

function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
