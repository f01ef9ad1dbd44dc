import type { Watchdog, WatchdogRules } from "../../../shared/edge/watchdog.ts";
import type { AbsenceNotice } from "../../../shared/mailbox/absence-row.ts";
import { FakeLink, type FakeSocket } from "./fake-link.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** An edge whose watchdog is asked when it wants to be, and a receiver that a test opens and shuts. */
export class WatchedLink {
  readonly link: FakeLink;
  /** What was sent, each time that it was. */
  readonly sent: AbsenceNotice[] = [];
  /** What the receiver has taken. */
  readonly taken: AbsenceNotice[] = [];
  takes = true;
  /** Whether the object ends between the answer and its word to the watchdog. */
  dies = false;
  socket: FakeSocket | null = null;
  #ids = 0;

  constructor(rules: Partial<WatchdogRules> = {}) {
    const newId = (): string => `msg_${(this.#ids += 1)}`;
    const watchdog = { afterMs: 15 * MINUTE_MS, silenceMs: null, ...rules, fleet: "home", newId };
    this.link = new FakeLink({ watchdog });
  }

  get watchdog(): Watchdog {
    const { watchdog } = this.link.host;
    if (watchdog === null) throw new Error("nobody is told");
    return watchdog;
  }

  /** Of what kind the receiver has taken which notices. */
  get kinds(): readonly string[] {
    return this.taken.map(({ kind }) => kind);
  }

  come(): void {
    this.socket = this.link.connect({ boot: `boot-${this.link.nowMs}` });
    this.socket.lastPingAtMs = () => this.link.nowMs;
  }

  /** Takes what there is. */
  acknowledge(): void {
    if (this.socket?.open === true) this.link.ack(this.socket, this.link.mailbox.head());
  }

  leave(): void {
    const { socket } = this;
    if (socket === null) return;
    socket.lost();
    this.link.edge.ended(socket);
    this.socket = null;
  }

  /** The path is gone, and nobody tells the edge. */
  vanish(): void {
    const [socket, heardAtMs] = [this.socket, this.link.nowMs];
    if (socket !== null) socket.lastPingAtMs = () => heardAtMs;
    this.socket = null;
  }

  /** Lets time go by; the agent, where there is one, pings, and the alarm fires when it is due. */
  pass(ms: number): void {
    const endMs = this.link.nowMs + ms;
    for (let dueMs = this.watchdog.dueMs(); dueMs !== null && dueMs <= endMs; dueMs = this.watchdog.dueMs()) {
      this.link.nowMs = Math.max(dueMs, this.link.nowMs);
      this.alarm();
    }
    this.link.nowMs = endMs;
  }

  /** The object's alarm. Throws where nothing moves on by it, which would be an alarm for ever. */
  alarm(): void {
    const notice = this.watchdog.next();
    if (notice !== null) this.#send(notice);
    const dueMs = this.watchdog.dueMs();
    if (dueMs !== null && dueMs <= this.link.nowMs && notice === null) throw new Error("an alarm changes nothing");
  }

  #send(notice: AbsenceNotice): void {
    this.sent.push(notice);
    if (this.takes) this.taken.push(notice);
    if (this.dies) return this.link.edge.evict();
    if (this.takes) this.watchdog.taken(notice.id);
    else this.watchdog.refused(notice.id, "it answers 500");
  }
}
