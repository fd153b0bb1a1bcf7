/**
 * Who waits for an answer of a FastCGI server.
 *
 * @module
 */
import type { Request } from "../http/message.ts";

/** RFC 9110 section 9.2.2. */
const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

const NOTHING = () => {};

/** The client of one request, and what is to be done when it leaves. */
export class Client {
  /** The request may be sent twice, and all of it is at hand. */
  readonly mayRepeat: boolean;
  isGone = false;
  #act: () => void = NOTHING;
  readonly #takeBack: () => void;

  /** @param patience how long it may wait for a connection, in milliseconds */
  constructor(request: Request, readonly patience: number) {
    this.mayRepeat = request.body.length === 0 && IDEMPOTENT.has(request.method);
    this.#takeBack = request.onGone(() => {
      this.isGone = true;
      this.#act();
    });
  }

  /** From now on this is to be done if it leaves; at once if it has. */
  begin(act: () => void): void {
    this.#act = act;
    if (this.isGone) act();
  }

  /** There is nothing to be done any more. */
  end(): void {
    this.#act = NOTHING;
    this.#takeBack();
  }
}
