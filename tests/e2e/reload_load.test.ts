/**
 * Reloads under load: clients that ask without a pause, on connections that they keep and on one for each request.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLessOrEqual } from "@std/assert";
import { waitUntil } from "../support/wait.ts";
import { isAllOf, load, type LoadResult } from "./load_support.ts";
import { ignore, reloadServer } from "./reload_support.ts";

const LENGTH = 3000;
const FILES = { "a/page.txt": "a".repeat(LENGTH), "b/page.txt": "b".repeat(LENGTH) };
const RELOADS = 7;
/** So many requests of each kind of clients come between two reloads. */
const BETWEEN = 100;

/** What came of reloading again and again under the load of both kinds of clients. */
async function underLoad(
  config: (round: number) => string,
): Promise<{ kept: LoadResult; fresh: LoadResult }> {
  await using server = await reloadServer({ config: config(0), files: FILES });
  let going = true;
  const asked = { kept: 0, fresh: 0 };
  const clients = (kind: "kept" | "fresh") =>
    load({
      port: server.port,
      clients: 4,
      keepAlive: kind === "kept",
      target: "/page.txt",
      check: isAllOf("ab", LENGTH),
      goesOn: () => {
        asked[kind]++;
        return going;
      },
    });
  const more = async () => {
    const { kept, fresh } = asked;
    await waitUntil(
      () => asked.kept >= kept + BETWEEN && asked.fresh >= fresh + BETWEEN,
      () => `${BETWEEN} more requests are sent; it is ${asked.kept - kept} and ${asked.fresh - fresh}`,
    );
  };
  const results = Promise.all([clients("kept"), clients("fresh")]);
  try {
    for (let round = 1; round <= RELOADS; round++) {
      await more();
      await server.reload(config(round));
    }
    await more();
  } finally {
    going = false;
    await results;
  }
  const [kept, fresh] = await results;
  return { kept, fresh };
}

Deno.test({
  name: "workers that go on with another configuration lose neither request nor connection",
  ignore,
  fn: async () => {
    const { kept, fresh } = await underLoad((round) =>
      `access_log: off\nservers: [{ listen: LISTEN, root: a, add_header: { X-Round: "${round}" } }]`
    );
    assertEquals([kept.failures, fresh.failures], [{}, {}]);
    assertEquals(kept.connections, 4, "no connection was ended");
  },
});

for (const workers of [1, 2]) {
  Deno.test({
    name: `${workers} worker(s) that others take over from lose no request, and no byte of an answer`,
    ignore: Deno.build.os !== "linux",
    fn: async () => {
      const { kept, fresh } = await underLoad((round) =>
        `access_log: off\nworkers: ${workers}\nservers: [{ listen: LISTEN, root: ${
          round % 2 === 0 ? "a" : "b"
        } }]`
      );
      assertEquals(kept.failures, {});
      assertGreater(kept.connections, 4, "others have taken over");
      // Between the last look into the queue of a listener and its end lie some microseconds, in which the system may
      // put another connection into it. Nothing that a program may do closes that gap (only the system's
      // net.ipv4.tcp_migrate_req), so one such connection is what the worst of days may bring; anything else is wrong.
      const resets = Object.entries(fresh.failures);
      for (const [kind] of resets) assert(kind.includes("ConnectionReset"), kind);
      assertLessOrEqual(resets.reduce((sum, [, count]) => sum + count, 0), 2);
    },
  });
}
