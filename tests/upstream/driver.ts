/**
 * Asks, feeds a connection with answers and writes down its events, one a line, in the words of README.md.
 *
 * @module
 */
import { decodeLatin1 } from "../../lib/bytes/latin1.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { ClientConnection, type ClientEvent, UpstreamFault } from "../../lib/http1/client_connection.ts";
import type { WireLimits } from "../../lib/http1/limits.ts";
import { dataLine } from "../wire/driver.ts";
import { escape } from "../wire/escape.ts";
import type { AnswerCase, Asking } from "./cases.ts";

/** How to drive. */
export interface DriveOptions extends Asking {
  readonly limits: WireLimits;
  readonly end: AnswerCase["end"];
  /** Called whenever the connection waits for more. */
  readonly onWait?: (connection: ClientConnection) => void;
}

/** Asks for each of the answers, and gives the connection their pieces one after the other. */
export function drive(answers: Iterable<Iterable<Uint8Array>>, options: DriveOptions): string[] {
  const driver = new Driver(options);
  for (const pieces of answers) {
    driver.ask();
    for (const piece of pieces) driver.feed(piece);
  }
  if (options.end !== undefined) driver.end(options.end === "ends");
  return driver.lines();
}

class Driver {
  readonly #connection: ClientConnection;
  readonly #options: DriveOptions;
  readonly #lines: string[] = [];
  #data = "";
  #isFirst = true;
  #isDone = false;
  #isSwitched = false;
  #fault: UpstreamFault | undefined;

  constructor(options: DriveOptions) {
    this.#options = options;
    this.#connection = new ClientConnection(options.limits);
  }

  /** The same each time. Where the last answer is not over there is nothing to ask. */
  ask(): void {
    if (this.#fault || !this.#isFirst && !this.#isDone) return;
    const { method, asks, isUnfinished } = this.#options;
    try {
      if (!this.#isFirst) this.#connection.startNextCycle();
      this.#isFirst = this.#isDone = false;
      this.#connection.request({
        method: isUnfinished ? "POST" : method,
        target: "/",
        fields: FieldBlock.of(
          ["Host", "example.test"],
          ...asks === undefined ? [] : [["Upgrade", asks] as const],
        ),
        body: isUnfinished ? { kind: "length", length: 1 } : { kind: "none" },
        upgrades: asks !== undefined,
      });
    } catch (error) {
      this.#take(error);
    }
  }

  feed(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#connection.buffer.append(piece);
    this.#drain();
  }

  end(isOrderly: boolean): void {
    this.#connection.endOfInput(isOrderly);
    this.#drain();
  }

  lines(): string[] {
    const { mayStay, buffer } = this.#connection;
    if (mayStay && !this.#isDone) throw new Error("What is not over may stay");
    this.#flushData();
    if (this.#fault) this.#lines.push(`error ${this.#fault.kind} ${this.#fault.message}`);
    else if (this.#isSwitched) {
      const rest = decodeLatin1(buffer.bytes, buffer.start, buffer.end);
      this.#lines.push(`tunnel ${dataLine(rest).slice("data ".length)}`);
    } else this.#lines.push(this.#isDone ? mayStay ? "stays" : "closes" : "need data");
    return this.#lines;
  }

  #drain(): void {
    if (this.#isSwitched) return;
    try {
      while (this.#read(this.#connection.next()));
    } catch (error) {
      this.#take(error);
    }
  }

  /** After a fault the same one is told for ever. */
  #take(error: unknown): void {
    if (!(error instanceof UpstreamFault)) throw error;
    if (this.#fault !== undefined && this.#fault !== error) throw new Error("One fault came after another");
    this.#fault = error;
  }

  /** False if there is nothing more for now. */
  #read(event: ClientEvent): boolean {
    if (this.#isDone && event.type !== "end of message") throw new Error(`"${event.type}" after the end`);
    switch (event.type) {
      case "interim":
        this.#lines.push(`interim ${event.status}`, ...fieldLines(event.fields));
        return true;
      case "response": {
        const { status, reason, body } = event;
        const words = typeof body === "string" ? body.replace(" ", "-") : body.length;
        this.#lines.push(escape(`response ${status} body=${words}${reason && ` ${reason}`}`));
        this.#lines.push(...fieldLines(event.fields));
        return true;
      }
      case "switched":
        this.#lines.push("switched", ...fieldLines(event.fields));
        this.#isSwitched = true;
        return false;
      case "data":
        if (event.bytes.length === 0) throw new Error("A data event has no bytes");
        this.#data += decodeLatin1(event.bytes);
        return true;
      case "end of message":
        if (!this.#isDone) {
          this.#flushData();
          this.#lines.push(event.type);
        }
        this.#isDone = true;
        return false;
      case "need data":
        this.#options.onWait?.(this.#connection);
        return false;
    }
  }

  #flushData(): void {
    if (this.#data === "") return;
    this.#lines.push(dataLine(this.#data));
    this.#data = "";
  }
}

function fieldLines(fields: FieldBlock): string[] {
  return fields.names.map((name, i) =>
    `field ${name}:${escape(fields.values[i]! && ` ${fields.values[i]}`)}`
  );
}
