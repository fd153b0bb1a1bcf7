/**
 * Messages to a service manager by a C library that is none.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { openServiceSocket } from "../../lib/runtime/service_socket.ts";

const FOLDER = { path: "/nowhere", user: undefined };

/** Gives these numbers of errors, and the last of them from then on. */
function library(errors: number[]) {
  const addresses: number[][] = [];
  return {
    addresses,
    send(_message: Uint8Array, address: Uint8Array) {
      addresses.push([...address]);
      return errors.length > 1 ? errors.shift()! : errors[0]!;
    },
    now: () => 5n,
  };
}

const bytes = (text: string) => [...new TextEncoder().encode(text)];

const ADDRESSES: readonly (readonly [string, number[]])[] = [
  ["/run/n", [1, 0, ...bytes("/run/n"), 0]],
  ["@name", [1, 0, 0, ...bytes("name")]],
  ["/run/é", [1, 0, ...bytes("/run/é"), 0]],
];

for (const [address, expected] of ADDRESSES) {
  Deno.test(`openServiceSocket() reaches ${address}`, async () => {
    const fake = library([0]), socket = openServiceSocket(address, FOLDER, fake);
    assert(typeof socket !== "string");
    assertEquals(await socket.send(["READY=1"]), undefined);
    assertEquals(fake.addresses, [expected]);
    assertEquals(socket.now(), 5n);
  });
}

const OUTCOMES: readonly (readonly [name: string, errors: number[], problem: string | undefined])[] = [
  ["a reader that is behind for a moment", [11, 11, 0], undefined],
  ["a reader that never reads", [11], "nobody reads what it is sent"],
  ["a socket that is not there", [2], "there is no such socket"],
  ["one that nobody listens on", [111], "nobody listens on it"],
  ["one of another user's", [13], "this user may not write to it"],
  ["anything else", [99], "os error 99"],
];

for (const [name, errors, problem] of OUTCOMES) {
  Deno.test(`a service socket's send() and ${name}`, async () => {
    const socket = openServiceSocket("/run/n", FOLDER, library([...errors]));
    assert(typeof socket !== "string");
    const start = performance.now();
    assertEquals(await socket.send(["READY=1"]), problem);
    assertLess(performance.now() - start, 5000);
  });
}
