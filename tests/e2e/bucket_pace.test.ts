/**
 * Large objects: memory does not grow with them, and a client that reads nothing more has nothing more asked of the storage.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { needsStorage, testBucket } from "../support/storage.ts";
import { pause, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { head } from "./store_support.ts";
import { HAS_PROC, residentMemory } from "./wire_support.ts";

const MIB = 1024 ** 2, SIZE = 100 * MIB;

/** Passes bytes on to a port, and counts those that come back. */
function relay(to: number): Disposable & { readonly port: number; readonly received: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 }), open = new Set<Deno.Conn>();
  let received = 0;
  const copy = async (from: Deno.Conn, into: Deno.Conn, count: (bytes: number) => void) => {
    const buffer = new Uint8Array(64 * 1024);
    try {
      for (let n; (n = await from.read(buffer)) !== null;) {
        count(n);
        for (let rest = buffer.subarray(0, n); rest.length > 0;) rest = rest.subarray(await into.write(rest));
      }
    } catch {
      // One of the two is gone, and so is the other.
    }
    for (const connection of [from, into]) {
      if (open.delete(connection)) connection.close();
    }
  };
  void (async () => {
    for await (const near of listener) {
      const far = await Deno.connect({ hostname: "127.0.0.1", port: to });
      open.add(near).add(far);
      void copy(near, far, () => {});
      void copy(far, near, (bytes) => received += bytes);
    }
  })().catch(() => {});
  return {
    port: (listener.addr as Deno.NetAddr).port,
    get received() {
      return received;
    },
    [Symbol.dispose]() {
      listener.close();
      for (const connection of open) connection.close();
      open.clear();
    },
  };
}

test({
  ...needsStorage("a client that reads nothing more stops the storage, and memory stays as it was"),
  async fn() {
    const bucket = await testBucket(), port = Number(new URL(bucket.endpoint).port);
    await bucket.client.put(bucket.name, "large.bin", new Uint8Array(SIZE));
    using counter = relay(port);
    await using server = await startServer({
      config: `access_log: off
buckets: { data: ${bucket.settings.replace(`:${port}`, `:${counter.port}`)} }
servers:
  - { listen: LISTEN, bucket: data }
`,
    });
    const before = HAS_PROC ? residentMemory(server.pid) : 0;
    {
      using client = await WireClient.connect(server.port);
      await client.send(head("GET", "/large.bin"));
      // So long as the systems' own buffers take something it goes on.
      let last = -1;
      await waitUntil(async () => {
        const now = counter.received, isStill = now === last && now > 0;
        last = now;
        await pause(500);
        return isStill;
      }, "nothing more comes");
      assertLess(counter.received, 40 * MIB);
      if (HAS_PROC) assertLess(residentMemory(server.pid) - before, 48 * MIB);
    }
    const stopped = counter.received;
    const { stdout } = await new Deno.Command("curl", {
      args: [
        "-s",
        "--noproxy",
        "*",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code} %{size_download}",
        `${server.url}/large.bin`,
      ],
    }).output();
    assertEquals(new TextDecoder().decode(stdout), `200 ${SIZE}`);
    assert(counter.received - stopped < SIZE + 10 * MIB, "what nobody waits for any more has been read");
    if (HAS_PROC) assertLess(residentMemory(server.pid) - before, 48 * MIB);
  },
});
