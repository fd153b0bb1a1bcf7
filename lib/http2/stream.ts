/**
 * One request and its answer: what a connection knows of a stream while it lasts (RFC 9113 section 5).
 *
 * @module
 */
import type { Priority } from "./priority.ts";
import type { ResponseHead } from "./response_head.ts";
import { type StreamAction, type StreamState, transition } from "./state.ts";
import { ReceiveWindow, STREAM_WINDOW } from "./windows.ts";

/** Plain fields: the connection writes what concerns the request, its outbox what concerns the answer. */
export class Stream {
  #state: StreamState = "idle";

  // --- request ---
  /** Bytes of content that content-length says are still to come; undefined if it says nothing. */
  expected: number | undefined = undefined;
  /** No request came of it, so its content is dropped. */
  isRefused = false;
  /** It is an extended CONNECT (RFC 8441). */
  isExtended = false;
  /** And was answered so that its content is a tunnel's. */
  isTunnel = false;
  /** Bytes of content that were given and not consumed. */
  unread = 0;
  /** PERF: most requests have no content. */
  #window: ReceiveWindow | undefined = undefined;

  // --- answer ---
  /** What the peer lets us send: may be below 0 (section 6.9.2). */
  sendWindow: number;
  /** Header blocks of interim responses. */
  interims: Uint8Array[] | undefined = undefined;
  head: ResponseHead | undefined = undefined;
  isHeadQueued = false;
  isHeadSent = false;
  offered: Uint8Array | undefined = undefined;
  /** Bytes of `offered` that have been sent. */
  sent = 0;
  /** Bytes of earlier offers. */
  sentBefore = 0;
  /** The answer ends with what is queued. */
  ends = false;
  /** The peer need not send the rest of its request: RST_STREAM behind the answer. */
  isEnough = false;
  /** Has something to be sent that needs no window. */
  isPrompt = false;
  /** Stands in the turns. */
  hasTurns = false;
  /** Among whom it takes turns, and how many bytes it has had there, as the turns count. */
  level: unknown = undefined;
  share = 0;
  /** Bytes of its turn, of which a part was sent. */
  inTurn = 0;
  /** Undefined: nobody said. */
  priority: Priority | undefined = undefined;

  constructor(readonly id: number, sendWindow: number) {
    this.sendWindow = sendWindow;
  }

  get state(): StreamState {
    return this.#state;
  }

  does(action: StreamAction): void {
    this.#state = transition(this.#state, action);
  }

  /** The peer may still send content. */
  get isReceiving(): boolean {
    return this.#state === "open" || this.#state === "half-closed (local)";
  }

  /** We may still send. */
  get isSending(): boolean {
    return this.#state === "open" || this.#state === "half-closed (remote)";
  }

  get isOver(): boolean {
    return !this.isReceiving && !this.isSending;
  }

  get window(): ReceiveWindow {
    return this.#window ??= new ReceiveWindow(STREAM_WINDOW);
  }

  /** Bytes of content that have been sent. */
  get allSent(): number {
    return this.sentBefore + this.sent;
  }

  /** Bytes of the offer that have not been sent. */
  get waiting(): number {
    return this.offered === undefined ? 0 : this.offered.length - this.sent;
  }
}
