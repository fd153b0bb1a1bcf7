/**
 * One request and its answer on a connection of its own (RFC 9112), in memory.
 *
 * @module
 */

export interface Answer {
  readonly status: number;
  /** By their names in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  text(): string;
}

/** How long an answer may take, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Sends a request, which must ask for `Connection: close`, to a port of 127.0.0.1. Undefined if no whole answer came.
 *
 * @throws {Error} if there is no connection, or the request could not be sent and no answer came
 */
export async function exchange(
  port: number,
  method: string,
  head: Uint8Array,
  content: Uint8Array,
): Promise<Answer | undefined> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const timer = setTimeout(() => connection.close(), PATIENCE);
  using closing = new DisposableStack();
  closing.defer(() => {
    clearTimeout(timer);
    close(connection);
  });
  connection.setNoDelay();
  // An answer that comes early is read before the body is all sent; what then fails is the sending.
  const sending = writeAll(connection, [head, content]).catch((error) => error);
  const answer = parse(await readAll(connection), method);
  if (answer) return answer;
  const error = await sending;
  if (error instanceof Error) throw error;
  return undefined;
}

function close(connection: Deno.Conn): void {
  try {
    connection.close();
  } catch {
    // It was given up already.
  }
}

async function writeAll(connection: Deno.Conn, pieces: readonly Uint8Array[]): Promise<void> {
  for (let piece of pieces) {
    while (piece.length > 0) piece = piece.subarray(await connection.write(piece));
  }
}

async function readAll(connection: Deno.Conn): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const buffer = new Uint8Array(64 * 1024);
    const read = await connection.read(buffer);
    if (read === null) break;
    pieces.push(buffer.subarray(0, read));
  }
  return joined(pieces);
}

/** Undefined if it is not whole. */
function parse(bytes: Uint8Array, method: string): Answer | undefined {
  const end = indexOf(bytes, "\r\n\r\n", 0);
  if (end < 0) return undefined;
  const [start, ...lines] = new TextDecoder().decode(bytes.subarray(0, end)).split("\r\n");
  const rest = bytes.subarray(end + 4), status = Number(start!.split(" ")[1]);
  if (status === 100) return parse(rest, method);
  const fields = new Map(lines.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  }));
  const length = fields.get("content-length");
  const body = method === "HEAD"
    ? new Uint8Array()
    : fields.get("transfer-encoding") === "chunked"
    ? unchunked(rest)
    : rest.subarray(0, Number(length ?? rest.length));
  if (!body || method !== "HEAD" && length !== undefined && body.length < Number(length)) return undefined;
  return { status, fields, body, text: () => new TextDecoder().decode(body) };
}

function unchunked(bytes: Uint8Array): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  for (let at = 0;;) {
    const end = indexOf(bytes, "\r\n", at);
    if (end < 0) return undefined;
    const size = parseInt(new TextDecoder().decode(bytes.subarray(at, end)), 16);
    if (size === 0) return joined(pieces);
    pieces.push(bytes.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

function indexOf(bytes: Uint8Array, text: string, from: number): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = bytes.indexOf(wanted[0]!, from); at >= 0; at = bytes.indexOf(wanted[0]!, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) whole.set(piece, (at += piece.length) - piece.length);
  return whole;
}
