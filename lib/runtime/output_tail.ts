/**
 * What a command writes, passed on as it comes, with its end kept to be looked at.
 *
 * @module
 */
import { controlEscaper } from "../bytes/controls.ts";
import { writeAll } from "./positioned_file.ts";

/** Bytes that are kept. */
const KEPT = 16 * 1024;

/** What a terminal obeys (ECMA-48 section 5.4, and strings of section 5.6): colours, titles, links. */
// deno-lint-ignore no-control-regex
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

const escaped = controlEscaper();

/** The end of several streams together. Owns their readers. */
export class OutputTail {
  readonly #readers: ReadableStreamDefaultReader<Uint8Array>[] = [];
  readonly #pieces: Uint8Array[] = [];
  #size = 0;
  #isCut = false;

  /** Passes a stream on, to its end or that of whoever reads it. Resolves then. */
  async pass(
    stream: ReadableStream<Uint8Array>,
    to: { write(bytes: Uint8Array): Promise<number> },
  ): Promise<void> {
    const reader = stream.getReader();
    this.#readers.push(reader);
    let isRead = true;
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      this.#keep(value);
      // Where nobody reads any more, the command is not to notice.
      if (isRead) await writeAll(to, value).catch(() => isRead = false);
    }
  }

  /** As lines of plain text. */
  get text(): string {
    const bytes = new Uint8Array(this.#size);
    let at = 0;
    for (const piece of this.#pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const end = bytes.subarray(Math.max(0, this.#size - KEPT));
    const text = new TextDecoder().decode(end).replaceAll(SEQUENCES, "");
    // A line that was begun again (a progress bar) shows what was written last.
    const lines = text.split("\n").map((line) => line.replace(/\r+$/, "").replace(/^.*\r/s, ""));
    // Of what was cut, the first line is not whole.
    if (this.#isCut) lines.shift();
    return lines.map((line) => line.split("\t").map(escaped).join("\t")).join("\n").trim();
  }

  /** Reads no further. */
  close(): void {
    for (const reader of this.#readers) void reader.cancel().catch(() => {});
  }

  #keep(bytes: Uint8Array): void {
    // Its memory may be used again by whoever gave it.
    const piece = bytes.slice(Math.max(0, bytes.length - KEPT));
    this.#pieces.push(piece);
    this.#size += piece.length;
    this.#isCut ||= this.#size > KEPT || piece.length < bytes.length;
    while (this.#size - this.#pieces[0]!.length > KEPT) this.#size -= this.#pieces.shift()!.length;
  }
}
