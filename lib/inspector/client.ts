/**
 * Asks an inspector, as a program on the same machine. SECURITY: no proxy of the environment is ever asked, since the token
 * goes with each request.
 *
 * @module
 */
import { FieldBlock } from "../http/fields.ts";
import { ClientConnection } from "../http1/client_connection.ts";
import type { WireLimits } from "../http1/limits.ts";
import type { Clock, Dialer, Duplex } from "../ports.ts";

const LIMITS: WireLimits = { requestLine: 8192, headerFields: 32 * 1024, headerCount: 100 };

/** For a connection, and for the head of an answer, in milliseconds. */
const PATIENCE = 5000;

/** Where an inspector is, and what opens it. */
export interface InspectorAt {
  readonly hostname: string;
  readonly port: number;
  /** Without one, only what needs none is answered. */
  readonly token?: string | undefined;
}

/** Its answer. The body is read to its end, or return() is called on it: then the connection is closed. */
export interface InspectorAnswer {
  readonly status: number;
  readonly body: AsyncGenerator<Uint8Array, void>;
}

/** It does not answer, or is none. The message says why. */
export class NoInspectorError extends Error {
  override readonly name = "NoInspectorError";
}

/** Asks for something with GET. @throws {NoInspectorError} */
export async function askInspector(
  { hostname, port, token }: InspectorAt,
  target: string,
  { dialer, clock }: { readonly dialer: Dialer; readonly clock: Clock },
): Promise<InspectorAnswer> {
  let connection: Duplex | undefined;
  const cancel = clock.after(PATIENCE, () => connection?.close());
  try {
    connection = await dialer.connect({ hostname, port }, { timeout: PATIENCE });
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    const fields = FieldBlock.of(
      ["Host", `${host}:${port}`],
      ["Accept", "*/*"],
      ...(token === undefined ? [] : [["Authorization", `Bearer ${token}`] as const]),
    );
    const http = new ClientConnection(LIMITS);
    const head = http.request({ method: "GET", target, fields, body: { kind: "none" }, upgrades: false });
    for (let at = 0; at < head.length;) at += await connection.write(head.subarray(at));
    for (;;) {
      const event = http.next();
      if (event.type === "response") return { status: event.status, body: bodyOf(connection, http) };
      if (event.type === "need data") await receive(connection, http);
    }
  } catch (error) {
    connection?.close();
    throw new NoInspectorError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    cancel();
  }
}

async function receive(connection: Duplex, http: ClientConnection): Promise<void> {
  const count = await connection.read(http.buffer.writable(16 * 1024));
  if (count === null) http.endOfInput();
  else http.buffer.commit(count);
}

/** Each piece is valid until the next is asked for. */
async function* bodyOf(connection: Duplex, http: ClientConnection): AsyncGenerator<Uint8Array, void> {
  try {
    for (;;) {
      const event = http.next();
      if (event.type === "end of message") return;
      if (event.type === "data") yield event.bytes;
      else if (event.type === "need data") await receive(connection, http);
    }
  } catch (error) {
    throw new NoInspectorError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    connection.close();
  }
}

/** All of a body as text. @param most bytes of it; more is a NoInspectorError */
export async function textOf({ body }: InspectorAnswer, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "", length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > most) throw new NoInspectorError("it answers without end");
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** Lines of a body that does not end, without their line ends. */
export async function* linesOf({ body }: InspectorAnswer): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of body) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
    rest = lines.pop()!;
    if (rest.length > 1024 * 1024) throw new NoInspectorError("it sends lines without end");
    yield* lines;
  }
}
