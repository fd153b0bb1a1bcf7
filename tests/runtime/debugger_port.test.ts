import { assertEquals, assertThrows } from "@std/assert";
import { freePort } from "../../lib/runtime/free_port.ts";
import { DebuggerPort } from "../../lib/runtime/debugger_port.ts";
import { waitUntil } from "../support/wait.ts";

const ignore = Deno.build.os === "windows";

const listen = (port: number) => Deno.listen({ hostname: "127.0.0.1", port });

function isTaken(port: number): boolean {
  try {
    listen(port).close();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return true;
    throw error;
  }
}

Deno.test({
  name: "a held port is taken, turns everybody away, and is free when it is left",
  ignore,
  fn: async () => {
    const port = freePort(), debuggerPort = new DebuggerPort(true, port);
    debuggerPort.hold();
    debuggerPort.hold();
    assertThrows(() => listen(port), Deno.errors.AddrInUse);
    for (let i = 0; i < 3; i++) {
      using client = await Deno.connect({ hostname: "127.0.0.1", port });
      assertEquals(await client.read(new Uint8Array(1)).catch(() => null), null);
    }
    await debuggerPort.leave();
    assertEquals(isTaken(port), false);
  },
});

Deno.test({
  name: "a port that another program has is taken once it is free, and not after it was left",
  ignore,
  fn: async () => {
    const port = freePort(), debuggerPort = new DebuggerPort(true, port);
    const other = listen(port);
    debuggerPort.hold();
    other.close();
    await waitUntil(() => isTaken(port), "the port is held");
    await debuggerPort.leave();
    const another = listen(port);
    debuggerPort.hold();
    await debuggerPort.leave();
    another.close();
    assertEquals(isTaken(port), false);
  },
});

Deno.test({
  name: "where the runtime opens no debugger no port is held",
  ignore,
  fn: () => {
    const port = freePort(), debuggerPort = new DebuggerPort(false, port);
    debuggerPort.hold();
    assertEquals(isTaken(port), false);
  },
});
