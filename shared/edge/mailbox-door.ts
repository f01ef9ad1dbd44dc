import { messageOf } from "../errors/message-of.ts";
import { CLOSE } from "../link/close-codes.ts";
import { SayOnce } from "../log/say-once.ts";
import { MailboxUnavailable } from "../receiver/mailbox-port.ts";
import { dismiss, type LinkSocket } from "./link-socket.ts";
import type { Watchdog } from "./watchdog.ts";
import { MailboxHost, type MailboxHostOptions } from "./mailbox-host.ts";

/** What whoever delivers is asked to wait: an operator has to act, or a day's quota to begin anew. */
const RETRY_SECONDS = 60;

/**
 * The way to a mailbox that may not open: a newer version has written it, or its storage cannot be read. What holds the
 * door stays up and says why; each call tries again, and nothing is written to what cannot be read.
 */
export class MailboxDoor {
  readonly #options: MailboxHostOptions;
  readonly #said: SayOnce;
  #host: MailboxHost | null = null;

  /** Opens the mailbox if it can. Never throws. */
  constructor(options: MailboxHostOptions) {
    this.#options = options;
    this.#said = new SayOnce(options.log);
    this.#tryOpen();
  }

  /** The mailbox. @throws {MailboxUnavailable} saying why there is none. */
  open(): MailboxHost {
    const host = this.#tryOpen();
    if (host instanceof MailboxHost) return host;
    throw host;
  }

  /** Takes one message of an agent's socket. Where nobody can answer it is told why, and dials again. Never throws. */
  receive(socket: LinkSocket, message: unknown): void {
    const host = this.#tryOpen();
    if (host instanceof MailboxHost) return host.receive(socket, message);
    dismiss(socket, CLOSE.unavailable, host.message);
  }

  /** As `LinkServer.tick`; null too while the mailbox is not open. */
  tick(): number | null {
    return this.#ifOpen((host) => host.link.tick());
  }

  /** As `MailboxHost.prune`; null too while the mailbox is not open. */
  prune(): number | null {
    return this.#ifOpen((host) => host.prune());
  }

  /** When signals may be forgotten, milliseconds since the epoch; null while nothing may be. */
  pruneDueMs(): number | null {
    return this.#ifOpen((host) => host.mailbox.pruneDueMs());
  }

  /** As `Watchdog.dueMs`; null too while the mailbox is not open, or nobody is to be told. */
  watchDueMs(): number | null {
    return this.#ifOpen((host) => host.watchdog?.dueMs() ?? null);
  }

  /** Who is told that the agent is away; null while the mailbox is not open, or nobody is to be told. */
  watchdog(): Watchdog | null {
    return this.#ifOpen((host) => host.watchdog);
  }

  /** Puts the acknowledgement on disk. Never throws. */
  settle(): void {
    this.#host?.settle();
  }

  #ifOpen<T>(work: (host: MailboxHost) => T): T | null {
    const host = this.#tryOpen();
    return host instanceof MailboxHost ? work(host) : null;
  }

  #tryOpen(): MailboxHost | MailboxUnavailable {
    try {
      this.#host ??= new MailboxHost(this.#options);
      this.#said.over("mailbox");
      return this.#host;
    } catch (error) {
      const reason = messageOf(error);
      this.#said.say("error", "mailbox", "the mailbox cannot be opened; deliveries get a 503 and show red at GitHub", {
        reason,
      });
      return new MailboxUnavailable(reason, RETRY_SECONDS, { cause: error });
    }
  }
}
