/**
 * What of a socket of node:net is below TLS: the only place where reading can be stopped.
 *
 * @module
 */
import type { Socket } from "node:net";
import type { Below } from "./socket_connection.ts";

/** What of it reads, without a name for it in its types. */
interface ReadingHandle {
  readonly _handle?: { readStart(): void; readStop(): void } | null;
}

/** The raw socket's own pause() and resume() do nothing once it is TLS that reads from its handle. */
export function below(raw: Socket & ReadingHandle): Below {
  return {
    stopReading: () => raw._handle?.readStop(),
    readOn: () => raw._handle?.readStart(),
    close: () => raw.destroy(),
  };
}
