import { CLOSE, closeReason } from "../shared/link/close-codes.ts";
import { freshState, linkStateSchema, type LinkSocket, type LinkState } from "../shared/edge/link-socket.ts";

/** Where the attachment has the count of the day; what reads the state passes over it. */
const SPENT = "spent";

/** The count of the day that a socket's attachment carries, whatever it is; undefined where there is none. */
export function spentOf(socket: WebSocket): unknown {
  const attachment: unknown = socket.deserializeAttachment();
  return typeof attachment === "object" && attachment !== null && SPENT in attachment ? attachment[SPENT] : undefined;
}

/**
 * A hibernating WebSocket as a LinkSocket; its state lives in the attachment, which survives hibernation and may be of
 * an earlier deployment. A socket whose state does not fit is closed, so that its agent comes back with a hello.
 */
export class HibernatingSocket implements LinkSocket {
  readonly #socket: WebSocket;
  readonly #context: DurableObjectState;
  readonly #spent: () => unknown;
  #state: LinkState;

  /** `spent` gives what the object has counted of its day, which the attachment carries beside the state. */
  constructor(socket: WebSocket, context: DurableObjectState, spent: () => unknown) {
    this.#socket = socket;
    this.#context = context;
    this.#spent = spent;
    const stored = linkStateSchema.safeParse(socket.deserializeAttachment());
    this.#state = stored.success ? stored.data : freshState(0);
    if (!stored.success) closeQuietly(socket, CLOSE.unavailable, "the edge has changed; connect again");
  }

  get state(): LinkState {
    return this.#state;
  }

  save(state: LinkState): void {
    this.#state = state;
    this.#socket.serializeAttachment({ ...state, [SPENT]: this.#spent() });
  }

  send(text: string): void {
    try {
      this.#socket.send(text);
    } catch {
      // The peer is gone; its close event or its next hello sorts that out.
    }
  }

  close(code: number, reason: string): void {
    closeQuietly(this.#socket, code, reason);
  }

  lastPingAtMs(): number | null {
    return this.#context.getWebSocketAutoResponseTimestamp(this.#socket)?.getTime() ?? null;
  }
}

/**
 * Answers or starts a close. The runtime answers close frames only for sockets that do not hibernate, and a peer
 * that closed without a code (1005) must be answered without one.
 * https://developers.cloudflare.com/durable-objects/best-practices/websockets/
 */
export function closeQuietly(socket: WebSocket, code: number, reason: string): void {
  try {
    if (code === 1005) socket.close();
    else if (code !== 1006 && code !== 1015) socket.close(code, closeReason(reason));
  } catch {
    // The peer is already gone; there is nothing left to answer.
  }
}
