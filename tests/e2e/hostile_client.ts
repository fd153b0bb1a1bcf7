/**
 * How hostile clients are written down. `@` is a path of the case's own, `{N text}` is N times the text. Whatever is sent as
 * `@/smuggled` is inside of something else, or behind what is to be refused, and must never become a request.
 *
 * @module
 */

/** One client. */
export interface HostileClient {
  readonly name: string;
  readonly bytes: string;
  /** What arrives when it speaks to webserv itself: `METHOD TARGET BODY`, in order. */
  readonly arrives: readonly string[];
  /** The statuses of its answers, then. */
  readonly statuses: readonly number[];
  /** What it could have meant besides, to a proxy that reads otherwise: each may arrive once, or not at all. */
  readonly couldMean?: readonly string[];
  /** Fields of the first arrival: their values, joined; undefined is none. */
  readonly fields?: Readonly<Record<string, string | undefined>>;
}

/** Beginnings of requests. */
export const HOST = "Host: localhost\r\n";
export const GET = `GET @/a HTTP/1.1\r\n${HOST}`;
export const POST = `POST @/a HTTP/1.1\r\n${HOST}`;
export const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n`;
/** What is to be taken for a request by whoever ends the one before it too early. */
export const SMUGGLED = `GET @/smuggled HTTP/1.1\r\n${HOST}\r\n`;
export const LAST = `GET @/last HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;

/** Refused, and nothing of it arrives. */
export function refused(
  status: number,
  cases: Readonly<Record<string, string>>,
  couldMean: readonly string[] = [],
): HostileClient[] {
  return Object.entries(cases).map(([name, bytes]) => ({
    name,
    bytes,
    arrives: [],
    statuses: [status],
    couldMean,
  }));
}

/** A case's text with its own path, and what stands for much text written out. */
export function written(text: string, path: string): string {
  const smuggled = SMUGGLED.replaceAll("@", path);
  return text.replaceAll("@", path)
    .replaceAll("{SMUGGLED}", String(smuggled.length))
    .replaceAll("{SMUGGLED16}", smuggled.length.toString(16))
    .replace(/\{([0-9]+) ([^}]*)\}/g, (_, count, piece) => piece.repeat(Number(count)));
}
