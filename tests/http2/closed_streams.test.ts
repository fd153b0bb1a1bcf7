import { assertEquals } from "@std/assert";
import { ClosedStreams } from "../../lib/http2/closed_streams.ts";

/** Those that a connection remembers. */
const REMEMBERED = 256;

Deno.test("of the last streams is known how they ended, of older and others nothing", () => {
  const closed = new ClosedStreams();
  assertEquals([closed.stateOf(0), closed.stateOf(1)], ["forgotten", "forgotten"]);
  for (let count = 0; count <= REMEMBERED; count++) closed.add(2 * count + 1, "closed");
  assertEquals(closed.stateOf(1), "forgotten");
  assertEquals([3, 2 * REMEMBERED + 1].map((stream) => closed.stateOf(stream)), ["closed", "closed"]);
  assertEquals(closed.stateOf(2 * REMEMBERED + 3), "forgotten");
});

Deno.test("a stream that is over may be over in another way", () => {
  const closed = new ClosedStreams();
  closed.add(1, "closed");
  closed.change(1, "reset sent");
  closed.change(3, "reset sent");
  assertEquals([1, 3, 5].map((stream) => closed.stateOf(stream)), ["reset sent", "reset sent", "forgotten"]);
});
