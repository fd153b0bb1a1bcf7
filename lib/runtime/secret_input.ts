/**
 * What a person types who is not to be watched: nothing of it is shown.
 *
 * @module
 */
import { onEnd } from "./end.ts";

/** Bytes that may be typed. */
const MOST_BYTES = 4096;

const INTERRUPT = 0x03, END = 0x04, BACKSPACE = 0x08, DELETE = 0x7f, LINE_FEED = 0x0a, RETURN = 0x0d;
const ERASE_WORD = 0x17, ERASE_ALL = 0x15;

/** True if there is somebody who can be asked. */
export function canAsk(): boolean {
  return Deno.stdin.isTerminal();
}

/** What came of asking: a text, or the end that somebody has put to it by Ctrl+C or Ctrl+D. */
export type Typed = { readonly text: string } | "interrupted" | "ended";

/**
 * Asks on the terminal, without showing what is typed.
 *
 * @param prompt shown on standard error
 */
export function askSecretly(prompt: string): Typed {
  const show = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(text));
  const restore = () => Deno.stdin.setRaw(false);
  // However the program ends meanwhile, the shell behind it wants to be seen.
  const forget = onEnd(restore);
  // Before anything is shown: whoever types at once is not to be shown either.
  Deno.stdin.setRaw(true);
  try {
    show(prompt);
    return readLine();
  } finally {
    restore();
    forget();
    show("\n");
  }
}

/** Bytes behind the end of a line, which are the beginning of the next: somebody may paste two lines. */
let typedAhead: number[] = [];

function readLine(): Typed {
  const typed: number[] = [], buffer = new Uint8Array(256);
  while (true) {
    if (typedAhead.length === 0) {
      const count = Deno.stdin.readSync(buffer);
      if (count === null) return "ended";
      typedAhead = [...buffer.subarray(0, count)];
    }
    const byte = typedAhead.shift()!;
    if (byte === RETURN || byte === LINE_FEED) {
      return { text: new TextDecoder().decode(Uint8Array.from(typed)) };
    }
    if (byte === INTERRUPT) return "interrupted";
    if (byte === END && typed.length === 0) return "ended";
    if (byte === ERASE_ALL || byte === ERASE_WORD) typed.length = 0;
    else if (byte === BACKSPACE || byte === DELETE) eraseLast(typed);
    else if (typed.length < MOST_BYTES) typed.push(byte);
  }
}

/** One character, which has several bytes in UTF-8 where it is none of ASCII. */
function eraseLast(typed: number[]): void {
  while (typed.length > 0 && (typed.pop()! & 0xc0) === 0x80);
}

/** The first line of standard input, without its end; undefined where there is none. Reads to the end, within bounds. */
export async function readInputLine(): Promise<string | undefined> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of Deno.stdin.readable) {
    text += decoder.decode(bytes, { stream: true });
    if (text.includes("\n") || text.length > MOST_BYTES) break;
  }
  text += decoder.decode();
  return text === "" ? undefined : text.split(/\r?\n/, 1)[0];
}
