/**
 * The few web standards that workerd and Node both have and that `shared/` relies on. Nothing else of a
 * runtime is visible here: no timers, no fetch, no file system. A name missing below is a compile error.
 */
interface ReadableStreamReadResult<T> {
  readonly done: boolean;
  readonly value?: T;
}

interface ReadableStreamReader<T> {
  read(): Promise<ReadableStreamReadResult<T>>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** https://streams.spec.whatwg.org/#byob-reader-class-definition */
interface ReadableStreamBYOBReader {
  /** Takes the view's memory and gives it back with what was read. */
  read(view: Uint8Array<ArrayBuffer>): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>>;
  cancel(reason?: unknown): Promise<void>;
}

interface ReadableStream<T = unknown> {
  getReader(): ReadableStreamReader<T>;
  /** @throws {TypeError} if the stream is not of bytes. */
  getReader(options: { readonly mode: "byob" }): ReadableStreamBYOBReader;
}

interface AbortSignal {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { readonly once?: boolean }): void;
}
declare var AbortSignal: { timeout(milliseconds: number): AbortSignal };

interface Headers {
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}

interface ResponseInit {
  readonly status?: number;
  readonly headers?: Record<string, string>;
}

interface Response {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
}
declare var Response: { new (body?: string | null, init?: ResponseInit): Response };

interface CryptoKey {
  readonly type: string;
}

interface SubtleCrypto {
  importKey(
    format: "raw",
    keyData: Uint8Array,
    algorithm: { readonly name: "HMAC"; readonly hash: "SHA-256" },
    extractable: boolean,
    usages: ("sign" | "verify")[],
  ): Promise<CryptoKey>;
  digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer>;
  sign(algorithm: "HMAC", key: CryptoKey, data: Uint8Array): Promise<ArrayBuffer>;
  verify(algorithm: "HMAC", key: CryptoKey, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}
declare var crypto: { readonly subtle: SubtleCrypto };

declare class TextEncoder {
  encode(text: string): Uint8Array;
}

declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}

/** https://html.spec.whatwg.org/multipage/webappapis.html#dom-atob */
declare function atob(data: string): string;
/** https://html.spec.whatwg.org/multipage/webappapis.html#dom-btoa */
declare function btoa(data: string): string;

/** https://url.spec.whatwg.org/#url-class */
declare class URL {
  static parse(text: string): URL | null;
  constructor(text: string);
  readonly href: string;
  readonly host: string;
  pathname: string;
  username: string;
  password: string;
}
