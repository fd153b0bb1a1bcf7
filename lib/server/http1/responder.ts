/**
 * Responses onto one connection: head and framing, content, and the line in the access log.
 *
 * @module
 */
import { encodeLatin1, encodeLatin1Into } from "../../bytes/latin1.ts";
import { BodyError, GoneError, HttpError } from "../../http/errors.ts";
import type { FieldBlock } from "../../http/fields.ts";
import type { BodySource, Response, Tunnel } from "../../http/message.ts";
import type { ServerConnection } from "../../http1/connection.ts";
import {
  type HeadParts,
  interimHead,
  keptHead,
  type ResponseFraming,
  responseFraming,
  responseHead,
} from "../../http1/writer.ts";
import { Outbox, putHead } from "./outbox.ts";
import type { ConnectionRequest } from "./request.ts";
import { sendSource } from "./send.ts";
import type { ByteStream } from "../byte_stream.ts";
import type { Departure } from "../departure.ts";
import { BodyLengthError, failureResponse, nameOf } from "../failures.ts";
import type { Relay } from "../relay.ts";

/** The interim response that only those get who wait for it. */
const CONTINUE = 100;

const FLUSHED = Promise.resolve();

/** Writes the responses of one connection. */
export class Responder {
  readonly #http: ServerConnection;
  readonly #stream: ByteStream;
  readonly #departure: Departure;
  readonly #outbox: Outbox;
  /** From now on a tunnel is over once it is quiet. */
  isHangingUp = false;
  /** The connection is one. */
  isTunnel = false;
  #relay: Relay | undefined;

  constructor(http: ServerConnection, stream: ByteStream, departure: Departure) {
    this.#http = http;
    this.#stream = stream;
    this.#departure = departure;
    this.#outbox = new Outbox(stream.context.smallBuffers);
  }

  /** True if there are answers that have not been written yet. */
  get holdsBack(): boolean {
    return this.#outbox.length > 0;
  }

  /** Writes what was held back so that several answers leave together. @throws {GoneError} */
  flush(): Promise<void> {
    return this.holdsBack ? this.#stream.write(this.#outbox.take()) : FLUSHED;
  }

  /** Holds no memory any more until the next response. To be called when what was flushed has been written. */
  rest(): void {
    this.#outbox.release();
  }

  /**
   * Sends a response, or holds a small one back until flush().
   *
   * @param mayStay the connection may be used again after it
   * @returns true if it may still be used
   * @throws {GoneError}
   */
  respond(request: ConnectionRequest, response: Response, mayStay: boolean): boolean | Promise<boolean> {
    request.isAnswered = true;
    const { body, tunnel } = response;
    if (tunnel !== undefined) return this.#switch(request, response, tunnel);
    const length = body === undefined ? 0 : body.length;
    const framing = response.raw
      ? "close"
      : responseFraming(request.version, request.method, response.status, length);
    const stays = mayStay && framing !== "close";
    const parts = this.#headParts(request.version, response, length, framing, stays);
    this.#http.responseBegins();
    if (body !== undefined && !(body instanceof Uint8Array)) {
      const head = response.raw ? "" : responseHead(parts);
      return this.#respondFromSource(request, response, head, body, framing, stays);
    }
    const content = framing === "none" ? undefined : body;
    const head = response.raw ? "" : keptHead(parts) ?? responseHead(parts);
    if (head.length + (content?.length ?? 0) > this.#outbox.room) {
      return this.#respondLarge(request, response, head, content, stays);
    }
    this.#outbox.head(head);
    if (content) this.#outbox.bytes(content);
    this.#end(request, response, content?.length ?? 0);
    return stays;
  }

  /** Answers what was no request, ends our side, and lets the client read the answer. @throws {GoneError} */
  async respondLast(response: Response & { readonly body: Uint8Array }): Promise<void> {
    // What was held back for earlier requests may have filled the outbox.
    await this.flush();
    this.#outbox.head(
      responseHead(this.#headParts("HTTP/1.1", response, response.body.length, "length", false)),
    );
    this.#outbox.bytes(response.body);
    this.#log(undefined, response, response.body.length, response);
    await this.flush();
    await this.#stream.linger();
  }

  /** Sends an interim response, behind what was held back. */
  inform(status: number, fields: FieldBlock): void {
    if (status === CONTINUE) {
      if (!this.#http.awaitsContinue) return;
      this.#http.continueSent();
    }
    const text = interimHead(status, fields), held = this.#outbox.take();
    // A copy: the outbox is filled anew while this is being written.
    const bytes = new Uint8Array(held.length + text.length);
    bytes.set(held);
    encodeLatin1Into(text, bytes, held.length);
    // Where the client has left the stream is closed, and has told everybody.
    this.#stream.write(bytes).catch(() => {});
  }

  /** The server ends: a tunnel does, too, as soon as nothing is on its way in it. */
  hangUp(): void {
    this.isHangingUp = true;
    this.#relay?.hangUp();
  }

  #headParts(
    version: ConnectionRequest["version"],
    response: Response,
    length: number | undefined,
    framing: ResponseFraming,
    stays: boolean,
  ): HeadParts {
    const { status } = response;
    const sendsLength = framing !== "chunked" && status !== 204 && status !== 304;
    return {
      version,
      status,
      reason: response.reason,
      fields: response.fields,
      length: sendsLength ? length : undefined,
      chunked: framing === "chunked",
      keepAlive: stays,
      now: this.#stream.context.clock.now(),
    };
  }

  /** Answers 101, and is a tunnel until that ends, and with it the connection. Closes the peer. @throws {GoneError} */
  async #switch(request: ConnectionRequest, response: Response, tunnel: Tunnel): Promise<boolean> {
    try {
      if (request.upgrade === undefined || !this.#http.isRequestWhole) {
        tunnel.peer.close();
        const error = new HttpError(
          502,
          "It switches protocols before the request is whole, or without being asked",
        );
        return this.respond(request, failureResponse(error, this.#stream, request), false);
      }
      this.#http.switchProtocols();
      this.#departure.end();
      this.isTunnel = true;
      const { openTunnel } = await import("./tunnel.ts");
      await this.flush();
      await this.#stream.write(encodeLatin1(this.#switchHead(request, response)));
      if (this.#stream.gone) throw new GoneError();
      const relay = this.#relay = openTunnel(this.#stream, tunnel, request.body.length === 0);
      if (this.isHangingUp) relay.hangUp();
      const { status, why, weather, user } = response;
      // PERF: nothing of this waits, and of the response no more is kept.
      return relay.run().then(() => {
        this.#log(request, { status, why, weather, user }, relay.sent, undefined);
        return false;
      });
    } catch (error) {
      tunnel.peer.close();
      throw error;
    }
  }

  #switchHead({ version }: ConnectionRequest, { status, reason, fields }: Response): string {
    return responseHead({
      version,
      status,
      reason,
      fields: fields.without("connection").append("Connection", "Upgrade"),
      length: undefined,
      chunked: false,
      keepAlive: true,
      now: this.#stream.context.clock.now(),
    });
  }

  /** Writes content that is at hand but does not fit the outbox. */
  async #respondLarge(
    request: ConnectionRequest,
    response: Response,
    head: string | Uint8Array,
    content: Uint8Array | undefined,
    stays: boolean,
  ): Promise<boolean> {
    await this.flush();
    const { answerBuffers } = this.#stream.context, length = content?.length ?? 0;
    // Clients that are slow may be thousands, and are not to hold a copy each.
    const isAtHand = answerBuffers.used < answerBuffers.kept && head.length + length <= answerBuffers.size;
    if (isAtHand) await this.#writeTogether(head, content);
    else {
      await this.#stream.write(typeof head === "string" ? encodeLatin1(head) : head);
      if (content) await this.#stream.write(content);
    }
    this.#end(request, response, length);
    return stays;
  }

  /** PERF: copying up to 64 KiB costs less than a second write. */
  async #writeTogether(head: string | Uint8Array, content: Uint8Array | undefined): Promise<void> {
    const { answerBuffers } = this.#stream.context, buffer = answerBuffers.take();
    let length = putHead(head, buffer, 0), isWritten = false;
    if (content) {
      buffer.set(content, length);
      length += content.length;
    }
    try {
      await this.#stream.write(buffer.subarray(0, length));
      isWritten = true;
    } finally {
      if (isWritten) answerBuffers.give(buffer);
      else answerBuffers.lose();
    }
  }

  async #respondFromSource(
    request: ConnectionRequest,
    response: Response,
    head: string,
    source: BodySource,
    framing: ResponseFraming,
    stays: boolean,
  ): Promise<boolean> {
    if (framing === "none") {
      source.close();
      if (head.length > this.#outbox.room) {
        await this.flush();
        await this.#stream.write(encodeLatin1(head));
      } else this.#outbox.head(head);
      this.#end(request, response, 0);
      return stays;
    }
    let sent = 0;
    try {
      await this.flush();
      if (this.#http.isRequestWhole) this.#departure.watch();
      await sendSource(this.#stream, head, source, framing, (count) => sent += count);
    } catch (error) {
      source.close();
      this.#log(request, response, sent, response);
      if (!(error instanceof BodyLengthError || error instanceof BodyError)) throw error;
      this.#stream.context.errorLog.error(`${nameOf(request)}: ${error.message}`);
      this.#stream.close();
      return false;
    }
    this.#end(request, response, sent);
    return stays;
  }

  #end(request: ConnectionRequest, response: Response, bytes: number): void {
    this.#http.responseEnds();
    this.#log(request, response, bytes, response);
  }

  #log(
    request: ConnectionRequest | undefined,
    { status, why, weather, user }: Pick<Response, "status" | "why" | "weather" | "user">,
    bytes: number,
    response: Response | undefined,
  ): void {
    const { connection, context } = this.#stream;
    context.settings.accessLog?.write(connection, request, { status, bytes, why, weather, user }, response);
  }
}
