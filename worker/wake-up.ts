/** An acknowledgement usually comes within a tenth of a second; only what takes longer is worth an alarm's row. */
const PATIENCE_MS = 2000;

export interface WakeUpOptions {
  readonly now: () => number;
  /** Arms the object's one alarm: a written row, and a billed request when it fires. */
  readonly setAlarm: (atMs: number) => void;
  /** Does what is due and says when to come again, milliseconds since the epoch, or null. */
  readonly tick: () => number | null;
  /** Reports errors that `tick` throws on a timer, where nobody else would see them. */
  readonly failed: (error: unknown) => void;
}

/**
 * When the object does something by itself. What is due soon hangs on a timer in memory, which costs nothing if it is
 * taken back in time: it can be lost only together with the sockets that it watches, since a pending timer keeps the
 * object from hibernating. What is due later gets the alarm.
 * https://developers.cloudflare.com/durable-objects/api/alarms/
 */
export class WakeUp {
  readonly #options: WakeUpOptions;
  #alarmAtMs: number | null = null;
  #timer: { readonly atMs: number; readonly id: ReturnType<typeof setTimeout> } | null = null;

  constructor(options: WakeUpOptions) {
    this.#options = options;
  }

  /** When the alarm is set for; null if it is not. */
  get alarmAtMs(): number | null {
    return this.#alarmAtMs;
  }

  /** Says what the storage knows of the alarm: after a start, and with null when it has fired. */
  alarmIs(atMs: number | null): void {
    this.#alarmAtMs = atMs;
  }

  /** Asks what is due on the link, after anything that may have changed it. */
  schedule(): void {
    const dueMs = this.#options.tick();
    if (dueMs === null) return this.#cancel();
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= dueMs) return;
    this.#setTimer(Math.min(dueMs, this.#options.now() + PATIENCE_MS));
  }

  /** Looks after what nobody has settled in time. */
  look(): void {
    const dueMs = this.#options.tick();
    if (dueMs === null) return;
    if (dueMs <= this.#options.now() + PATIENCE_MS) this.#setTimer(dueMs);
    else this.alarmBy(dueMs);
  }

  /** Makes sure that the alarm fires at `atMs` at the latest. */
  alarmBy(atMs: number): void {
    if (this.#alarmAtMs !== null && this.#alarmAtMs <= atMs) return;
    this.#alarmAtMs = atMs;
    this.#options.setAlarm(atMs);
  }

  #setTimer(atMs: number): void {
    if (this.#timer !== null && this.#timer.atMs <= atMs) return;
    this.#cancel();
    const fire = (): void => {
      this.#timer = null;
      try {
        this.look();
      } catch (error) {
        this.#options.failed(error);
      }
    };
    this.#timer = { atMs, id: setTimeout(fire, Math.max(0, atMs - this.#options.now())) };
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer.id);
    this.#timer = null;
  }
}
