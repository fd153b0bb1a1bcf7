import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { findExecutable } from "../../scripts/bench/find.ts";
import { IdleClients, possibleConnections } from "../../scripts/bench/idle.ts";
import { shareOf } from "../../scripts/bench/memory.ts";
import { memoryTable } from "../../scripts/bench/table.ts";

const LIMITS = `Limit                     Soft Limit           Hard Limit           Units
Max processes             96422                96422                processes
Max open files            1024                 LIMIT                files
`;

Deno.test("possibleConnections() leaves room below the hard limit of open files", () => {
  const possible = (limit: string) => possibleConnections(10_000, LIMITS.replace("LIMIT", limit));
  assertEquals(["4096", "1048576", "unlimited"].map(possible), [3896, 10_000, 10_000]);
  assertThrows(() => possibleConnections(10_000, ""), Error, "No limit");
});

Deno.test("memoryTable() shows what each connection has added where there are some", () => {
  assertEquals(shareOf({ pss: 2 ** 20 }, { pss: 3 * 2 ** 20 }, 1024), 2048);
  const text = memoryTable([{ id: "nginx", title: "nginx" }], [
    { server: "nginx", moment: "at rest", rss: 2 ** 21, pss: 2 ** 20 },
    { server: "nginx", moment: "1024 connections", rss: 2 ** 22, pss: 3 * 2 ** 20, each: 2048 },
  ]);
  assertStringIncludes(text, "| nginx, at rest          |    1.00 |      2.00 |          |");
  assertStringIncludes(text, "| nginx, 1024 connections |    3.00 |      4.00 |     2.00 |");
});

/** Answers so many connections and closes them; the others stay. */
function serve(closes: number) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const done = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await connection.read(new Uint8Array(1024));
      const answer = "HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n" + "a".repeat(1024);
      await connection.write(new TextEncoder().encode(answer));
      if (connections.length <= closes) await connection.closeWrite();
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
      for (const connection of connections) connection.close();
    },
  };
}

const ignore = findExecutable("taskset") === undefined;

/** The first that this process may run on. */
function firstCore(): number {
  const status = Deno.readTextFileSync("/proc/self/status");
  return Number(/^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? 0);
}

for (const closes of [0, 1]) {
  Deno.test({
    name: `IdleClients hold their connections, and say that ${closes} of them were closed`,
    ignore,
    async fn() {
      await using server = serve(closes);
      const common = { kind: "kept", count: 3, certificate: "/dev/null", core: firstCore() } as const;
      const signal = new AbortController().signal;
      await using clients = await IdleClients.connect({ ...common, port: server.port, signal });
      if (closes === 0) await clients.leave();
      else await assertRejects(() => clients.leave(), Error, "closed 1 connections");
    },
  });
}
