/**
 * A text as a QR code on a terminal: two modules in each character.
 *
 * @module
 */
import { encode } from "uqr";

/** Modules of quiet around it: half of what ISO/IEC 18004 asks for is enough for phones, and a terminal is small. */
const QUIET = 2;

/** Codes of ECMA-48 with colours that no palette changes. */
const BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m", PLAIN = "\x1b[0m";

/**
 * Lines, with an end to each; undefined where the terminal is too narrow.
 *
 * @param colour without it, light modules are drawn: on a dark terminal, as most are
 */
export function terminalQrCode(
  text: string,
  { colour, columns }: { readonly colour: boolean; readonly columns: number | undefined },
): string | undefined {
  const { data, size } = encode(text, { ecc: "L", border: QUIET });
  if (columns !== undefined && size > columns) return undefined;
  const isDrawn = (x: number, y: number) => (data[y]?.[x] ?? false) === colour;
  const lines: string[] = [];
  for (let y = 0; y < size; y += 2) {
    let line = "";
    for (let x = 0; x < size; x++) {
      // A row below the last one is quiet, too.
      const above = isDrawn(x, y), below = isDrawn(x, y + 1);
      line += above ? (below ? "\u2588" : "\u2580") : below ? "\u2584" : " ";
    }
    lines.push(colour ? `${BLACK_ON_WHITE}${line}${PLAIN}\n` : `${line}\n`);
  }
  return lines.join("");
}
