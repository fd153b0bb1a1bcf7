/**
 * A text as a QR code, drawn as SVG. The encoder is loaded when the first one is drawn.
 *
 * @module
 */

/** Modules of quiet around it (ISO/IEC 18004 section 6.3.8). */
const QUIET = 4;

/** An `svg` element, black on white in any palette, since not every reader takes it the other way round. */
export async function qrCode(text: string): Promise<string> {
  const { encode } = await import("uqr");
  const { data, size } = encode(text, { ecc: "M", border: QUIET });
  const rows = data.map((row, y) =>
    [...runs(row)].map(([start, length]) => `M${start} ${y}h${length}v1h-${length}z`).join("")
  );
  return `<svg class="qr" role="img" aria-label="QR code of this page's address" viewBox="0 0 ${size} ${size}" ` +
    `shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path d="${
      rows.join("")
    }"/></svg>`;
}

/** Where dark modules begin, and how many there are. */
function* runs(row: readonly boolean[]): Generator<[start: number, length: number]> {
  for (let x = 0; x < row.length; x++) {
    if (!row[x]) continue;
    const start = x;
    while (row[x]) x++;
    yield [start, x - start];
  }
}
