/** Tunnels, event streams and downloads outlive reloads, and end with the server. */
import { assert, assertEquals, assertLess, assertLessOrEqual } from "@std/assert";
import { isAtLeast } from "../../lib/runtime/version.ts";
import { get } from "../support/ask.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { toText, WireClient } from "../support/wire.ts";
import { load } from "./load_support.ts";
import { ignore, reloadServer } from "./reload_support.ts";
import {
  connected,
  EchoServer,
  type OpenTunnel,
  PIECES,
  type TestTunnel,
  upgraded,
} from "./tunnels_support.ts";

const FILES = { "a/a.txt": "a", "b/b.txt": "b" };

/** With another `round` in place: a field; with another `folder` other permissions, so that new workers take over. */
const config = (upstream: number, { round = 0, folder = "a", workers = 1, shutdown = "10s" } = {}) =>
  `access_log: off\nworkers: ${workers}\ntimeouts: { shutdown: ${shutdown} }\nservers: [{ listen: LISTEN, root: ., ` +
  `add_header: { X-Round: ${round} }, locations: { /f/: { alias: ${folder} }, ` +
  `/t: { proxy_pass: "http://127.0.0.1:${upstream}" }, ` +
  `/s/: { proxy_pass: "http://127.0.0.1:${upstream}/" } } }]`;

/** Before Deno 2.9 the client of the runtime is of no use. */
const WAYS: readonly (readonly [string, OpenTunnel])[] = [
  ["an upgrade", upgraded],
  ...isAtLeast(2, 9) ? [["extended CONNECT", connected] as const] : [],
];

async function assertEchoes(tunnels: readonly TestTunnel[], text: string): Promise<void> {
  const came = await Promise.all(tunnels.map((tunnel) => tunnel.echo(text)));
  assertEquals(came, tunnels.map(() => text));
}

Deno.test({
  name:
    "tunnels, events and a download outlive reloads in place and by new workers, more of them than are retired",
  ignore,
  fn: async () => {
    using upstream = new EchoServer();
    await using server = await reloadServer({ config: config(upstream.port), files: FILES });
    const tunnels = await Promise.all(WAYS.map(([, open]) => open(server.port)));
    const events = await WireClient.connect(server.port), download = await WireClient.connect(server.port);
    await events.get("/s/events");
    await download.get("/s/download");
    const answers = Promise.all([events.response(), download.response()]);
    for (let round = 1; round <= 6; round++) {
      await assertEchoes(tunnels, `round ${round}`);
      upstream.step();
      await server.reload(config(upstream.port, { round, folder: round % 3 === 0 ? "a" : "b" }));
      assertEquals(await get(server.port, "/s/x"), "200 plain");
    }
    await assertEchoes(tunnels, "x".repeat(300_000));
    const stepping = setInterval(() => upstream.step(), 5);
    const [eventsAnswer, downloadAnswer] = await inTime(answers, "both answers").finally(() =>
      clearInterval(stepping)
    );
    assertEquals(eventsAnswer!.text, Array.from({ length: PIECES }, (_, i) => `data: ${i}\n\n`).join(""));
    assertEquals([downloadAnswer!.text.length, downloadAnswer!.text.at(-1)], [600_000, "1"]);
    assertEquals(await Promise.all(tunnels.map((tunnel) => tunnel.end())), tunnels.map(() => ""));
    await waitUntil(() => upstream.tunnels === 0, "the upstream's tunnels have ended");
    for (const client of [events, download, ...tunnels]) client[Symbol.dispose]();
  },
});

for (const [way, open] of WAYS) {
  Deno.test({
    name:
      `a tunnel by ${way} ends with the server, at once where it is silent, and its upstream's half with it`,
    ignore,
    fn: async () => {
      using upstream = new EchoServer();
      await using server = await reloadServer({
        config: config(upstream.port, { shutdown: "20s" }),
        files: FILES,
      });
      using tunnel = await open(server.port);
      await assertEchoes([tunnel], "hello");
      await server.reload(config(upstream.port, { folder: "b", shutdown: "20s" }));
      using other = await open(server.port);
      await assertEchoes([tunnel, other], "hello");
      const began = performance.now();
      server.kill("SIGTERM");
      assertEquals(await inTime(server.status, "the end"), 0);
      assertLess(performance.now() - began, 10_000);
      assertEquals(server.output().stderr.includes("were cut"), false, server.output().stderr);
      await waitUntil(() => upstream.tunnels === 0, "the upstream's tunnels have ended");
      assertEquals(await other.echo("x").catch(() => ""), "");
    },
  });
}

Deno.test({
  name: "what outlives a reload has timeouts.shutdown's time for tunnels, and not more",
  ignore,
  fn: async () => {
    using upstream = new EchoServer();
    const shutdown = "100ms tunnels 300ms";
    await using server = await reloadServer({ config: config(upstream.port, { shutdown }), files: FILES });
    using tunnel = await upgraded(server.port);
    await server.reload(config(upstream.port, { shutdown, folder: "b" }));
    await server.waitFor("what was running at a reload 0.3 s ago still runs: it has 100 ms to end");
    await waitUntil(() => upstream.tunnels === 0, "the tunnel has ended");
    assertEquals(await tunnel.echo("x").catch(() => ""), "");
    assertEquals(await get(server.port, "/s/x"), "200 plain");
  },
});

Deno.test({
  name: "reloads one after the other, under load and with 50 tunnels, lose no request and cut no tunnel",
  ignore,
  fn: async () => {
    using upstream = new EchoServer();
    await using server = await reloadServer({ config: config(upstream.port, { workers: 2 }), files: FILES });
    const tunnels: TestTunnel[] = [];
    for (let i = 0; i < 50; i++) tunnels.push(await WAYS[i % WAYS.length]![1](server.port));
    let going = true, answered = 0;
    const clients = (keepAlive: boolean) =>
      load({
        port: server.port,
        clients: 2,
        keepAlive,
        target: "/s/x",
        check: (body) => toText(body) === "plain" ? undefined : "another answer",
        goesOn: () => {
          answered++;
          return going;
        },
      });
    const asking = Promise.all([clients(true), clients(false)]);
    try {
      for (let round = 1; round <= 4; round++) {
        const before = answered;
        await Promise.all([
          assertEchoes(tunnels, `round ${round} `.repeat(round * 100)),
          server.reload(config(upstream.port, { workers: 2, round, folder: round % 2 === 0 ? "a" : "b" })),
        ]);
        await waitUntil(() => answered >= before + 50, "the load goes on");
      }
      await assertEchoes(tunnels, "the end");
      assertEquals(upstream.tunnels, 50);
    } finally {
      going = false;
      await asking;
      for (const tunnel of tunnels) tunnel[Symbol.dispose]();
    }
    const [kept, fresh] = await asking;
    assertEquals(kept.failures, {});
    // See reload_load.test.ts: what the system may put into a listener between the last look and its end.
    const resets = Object.entries(fresh.failures);
    for (const [kind] of resets) assert(kind.includes("ConnectionReset"), kind);
    assertLessOrEqual(resets.reduce((sum, [, count]) => sum + count, 0), 2);
  },
});
