/**
 * Hostile peers of HTTP/2, in a thread of their own so that they keep nobody but the server busy: sends one kind of
 * frame over and over, and posts what the server said.
 *
 * @module
 */
import { toText, WireClient } from "../support/wire.ts";
import { frame, ping, PREFACE, request, rstStream, SETTINGS } from "../server/http2/peer.ts";

/** What is sent over and over. */
export const FLOODS: Readonly<Record<string, (round: number) => string>> = {
  "streams that are reset at once": (round) =>
    request(2 * round + 1, { path: "/huge.bin" }) + rstStream(2 * round + 1, 8),
  "PINGs": () => ping(),
  "SETTINGS": () => SETTINGS,
  "empty DATA": (round) =>
    (round === 0 ? request(1, { method: "PUT", ends: false }) : "") + frame("DATA", 0, 1),
  "CONTINUATIONs": (round) => round === 0 ? frame("HEADERS", 1, 1, "\x82") : frame("CONTINUATION", 0, 1, ""),
  "bytes of no meaning": () => "\xff".repeat(100),
};

/** What a thread is told. */
export interface Flood {
  readonly port: number;
  readonly what: string;
}

/** Four times what ends a connection: what comes behind that is only waited for so long. */
const ROUNDS = 40_000, AT_ONCE = 500;

async function flood({ port, what }: Flood): Promise<string> {
  using client = await WireClient.connect(port);
  const reading = client.rest();
  try {
    await client.send(PREFACE + SETTINGS);
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      await client.send(Array.from({ length: AT_ONCE }, (_, i) => FLOODS[what]!(round + i)).join(""));
    }
    await client.closeWrite();
  } catch {
    // It was cut off.
  }
  return toText(await reading);
}

const thread = self as unknown as {
  onmessage: ((event: MessageEvent<Flood>) => void) | null;
  postMessage(said: string): void;
};
if (typeof DedicatedWorkerGlobalScope !== "undefined") {
  thread.onmessage = ({ data }) => void flood(data).then((said) => thread.postMessage(said));
}

declare const DedicatedWorkerGlobalScope: unknown;
