/**
 * Version of the wire. A change to any frame's schema changes the hash that a test guards, and asks for a new
 * version here and one line below.
 *
 * 1: the first.
 * 2: `hello.cursorGuid`, `signal.repositoryId`, `welcome.routesChanged`, patterns in routes, `report.missed`, the frames `routes`
 *    and `nacked`. All of it may be absent, so that both sides serve protocol 1 as it is.
 */
export const PROTOCOL_VERSION = 2;

/** First 16 digits of the SHA-256 over the JSON Schema of all frames of this version; a test compares. */
export const WIRE_HASH = "64fc2dd63f2080ca";

/** Versions that both sides still speak: this one and the one before. */
export const SPOKEN_VERSIONS: readonly number[] = [PROTOCOL_VERSION, 1];

/** Offered by the agent at the upgrade and echoed by the edge. */
export const SUBPROTOCOL = "hookline.v1";

/** Text frames that the edge answers without waking the object. https://developers.cloudflare.com/durable-objects/best-practices/websockets/ */
export const PING = "ping";
export const PONG = "pong";

/** Signals that may be on the way unacknowledged. */
export const WINDOW = 64;

/** Largest frame that either side sends or takes. */
export const MAX_FRAME_BYTES = 256 * 1024;
