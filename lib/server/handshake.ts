/**
 * A connection before its protocol is known: the handshake of TLS, within timeouts.header. It counts among the
 * connections from its accept, so no more of them are open than limits.connections, however many are silent.
 *
 * @module
 */
import { NOWHERE } from "../http/roster.ts";
import type { ByteConnection, IncomingConnection } from "../ports.ts";
import type { ServerContext } from "./context.ts";
import type { Waiting } from "./deadlines.ts";
import type { Protocol, ProtocolFactory } from "./protocol.ts";

/** Where the server stops, or has too many connections already, a handshake has no longer than this, in milliseconds. */
const SHORT_HANDSHAKE = 500;

/** What is spoken once the peer has shown what it means to speak. */
export interface HandshakeChoice {
  readonly encrypted: ProtocolFactory;
  /** Where it speaks plain HTTP. */
  readonly plain: ProtocolFactory;
}

/** The handshake, and then whatever protocol comes of it. */
export class Handshake implements Protocol {
  place = NOWHERE;
  /** It took too long, once it expires. */
  readonly #patience: Waiting & { deadline: number } = {
    place: NOWHERE,
    deadline: Infinity,
    expire: () => {
      this.#patience.deadline = Infinity;
      this.connection.close();
    },
  };
  #protocol: Protocol | undefined;
  #isRetiring = false;
  #isDraining = false;
  #isHangingUp = false;
  #isAborted = false;

  constructor(
    readonly connection: IncomingConnection,
    readonly choice: HandshakeChoice,
    readonly context: ServerContext,
  ) {}

  async run(): Promise<void> {
    const { header } = this.context.settings.timeouts;
    const protocol = await this.#open(this.#isDraining ? Math.min(header, SHORT_HANDSHAKE) : header);
    if (protocol === undefined) return;
    const running = protocol.run();
    if (this.#isRetiring) protocol.retire();
    if (this.#isDraining) protocol.drain();
    if (this.#isHangingUp) protocol.hangUp();
    await running;
  }

  async turnAway(): Promise<void> {
    const protocol = await this.#open(SHORT_HANDSHAKE);
    await protocol?.turnAway();
  }

  get answering(): number {
    return this.#protocol?.answering ?? 0;
  }

  retire(): void {
    this.#isRetiring = true;
    this.#protocol?.retire();
  }

  drain(): void {
    this.#isDraining = true;
    if (this.#protocol !== undefined) return this.#protocol.drain();
    this.#shorten(SHORT_HANDSHAKE);
  }

  hangUp(): void {
    this.#isHangingUp = true;
    this.#protocol?.hangUp();
  }

  abort(): void {
    this.#isAborted = true;
    if (this.#protocol === undefined) this.connection.close();
    else this.#protocol.abort();
  }

  #shorten(milliseconds: number): void {
    this.#patience.deadline = Math.min(this.#patience.deadline, this.context.deadlines.in(milliseconds));
  }

  /** Undefined where nothing came of it: the peer's doing, and closed. */
  async #open(milliseconds: number): Promise<Protocol | undefined> {
    const { deadlines } = this.context;
    deadlines.add(this.#patience);
    this.#shorten(milliseconds);
    let opened: ByteConnection | undefined;
    try {
      opened = await this.connection.open();
    } catch {
      // Whatever it was, there is nobody to tell: clients try, and strangers scan.
      this.connection.close();
    } finally {
      deadlines.delete(this.#patience);
    }
    if (opened === undefined) return undefined;
    if (this.#isAborted) {
      opened.close();
      return undefined;
    }
    const { encrypted, plain } = this.choice;
    return this.#protocol = opened.tls === undefined ? plain(opened) : encrypted(opened);
  }
}
