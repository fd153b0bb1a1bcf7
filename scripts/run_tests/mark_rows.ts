/**
 * The runtime's dot reporter writes a line for each mark where it writes to no terminal; here they stand in rows.
 *
 * @module
 */

/** Marks in a row. */
const WIDTH = 80;

// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;]*m/g;

/** Passes on what it is given, with lines that are one mark put together into rows. */
export class MarkRows {
  readonly #write: (text: string) => void;
  #partial = "";
  #marks = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(text: string): void {
    const lines = (this.#partial + text).split("\n");
    this.#partial = lines.pop()!;
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#partial !== "") this.#line(this.#partial);
    this.#partial = "";
    this.#endRow();
  }

  #line(line: string): void {
    const mark = line.replaceAll(COLOURS, "");
    if (!/^[.,!]$/.test(mark)) {
      this.#endRow();
      return this.#write(`${line}\n`);
    }
    this.#write(mark);
    if (++this.#marks === WIDTH) this.#endRow();
  }

  #endRow(): void {
    if (this.#marks > 0) this.#write("\n");
    this.#marks = 0;
  }
}
