/**
 * What programs say on standard error, line by line, with the program's name before it.
 *
 * @module
 */
import { controlEscaper } from "../bytes/controls.ts";
import type { ErrorLog } from "../ports.ts";

/** A longer line is cut into several. */
const LONGEST_LINE = 4096;

/** SECURITY: a program must neither forge a line nor drive a terminal. */
const escapeControls = controlEscaper("\t");

/** Logs every line until the end. Never rejects. */
export async function logLines(
  read: () => Promise<Uint8Array | null>,
  log: ErrorLog,
  name: string,
): Promise<void> {
  const decoder = new TextDecoder();
  let pending = "";
  const say = (line: string) => {
    const text = line.endsWith("\r") ? line.slice(0, -1) : line;
    for (let start = 0; start === 0 || start < text.length; start += LONGEST_LINE) {
      log.program(name, escapeControls(text.slice(start, start + LONGEST_LINE)));
    }
  };
  for (let piece = await read(); piece !== null; piece = await read()) {
    pending += decoder.decode(piece, { stream: true });
    const lines = pending.split("\n");
    pending = lines.pop()!;
    lines.forEach(say);
    for (; pending.length > LONGEST_LINE; pending = pending.slice(LONGEST_LINE)) {
      say(pending.slice(0, LONGEST_LINE));
    }
  }
  pending += decoder.decode();
  if (pending !== "") say(pending);
}
