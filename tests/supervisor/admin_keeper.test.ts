import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import type { Config } from "../../lib/config/types.ts";
import { ListenError } from "../../lib/runtime/net.ts";
import { AdminKeeper } from "../../lib/supervisor/admin_keeper.ts";
import { FakeLog } from "../support/fakes.ts";
import { waitUntil } from "../support/wait.ts";
import { configOf } from "./support.ts";

const SERVER = 'servers: [{ listen: "127.0.0.1:8080", root: . }]';
const config = (admin?: string, server = SERVER): Config =>
  configOf(`${admin === undefined ? "" : `admin: "${admin}"\n`}${server}`);

function keeperWith(mayMove = false, entry?: URL) {
  const log = new FakeLog();
  const asked: unknown[] = [];
  const places: { server: string; location: string }[] = [];
  const keeper = new AdminKeeper({
    metrics: () => {
      places.push({ server: "", location: "" });
      return { places, threads: [] };
    },
    records: (wanted) => {
      asked.push(wanted);
      return Promise.resolve([{ upTo: 0, bytes: new TextEncoder().encode("[]") }]);
    },
    errorLog: () => log,
    mayMove,
    ...(entry && { entry }),
  });
  const url = () => `http://127.0.0.1:${keeper.address!.endpoint.port}`;
  const ask = async (path: string) => {
    const answer = await fetch(url() + path, {
      headers: { Authorization: `Bearer ${keeper.address!.token}` },
    });
    return `${answer.status} ${(await answer.text()).trimEnd()}`;
  };
  return { keeper, log, asked, url, ask, [Symbol.asyncDispose]: () => keeper.stop() };
}

async function isDeaf(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/health`)).body?.cancel();
    return false;
  } catch {
    return true;
  }
}

Deno.test("it is there once it is committed, asks for records, and is gone when it is stopped", async () => {
  await using test = keeperWith();
  const change = await test.keeper.prepare(config("127.0.0.1:0"));
  assertEquals(test.keeper.address, undefined);
  await change.commit();
  const { token, endpoint } = test.keeper.address!;
  assertMatch(token, /^[\w-]{32}$/);
  assertNotEquals(endpoint.port, 0);
  assertEquals(await test.ask("/requests"), "200 []");
  assertEquals(test.asked, [{ what: "summaries", since: 0, most: 8 * 1024 * 1024 }]);
  assertEquals(
    await fetch(`${test.url()}/requests`).then((answer) => (answer.body?.cancel(), answer.status)),
    401,
  );
  const url = test.url();
  await test.keeper.stop();
  assertEquals([test.keeper.address, await isDeaf(url), test.log.lines], [undefined, true, []]);
});

Deno.test("another configuration: its address stays, moves, or goes; what is undone never was; the token is the same", async () => {
  await using test = keeperWith();
  await (await test.keeper.prepare(config("127.0.0.1:0"))).commit();
  const first = test.url(), { token } = test.keeper.address!;
  await (await test.keeper.prepare(config("127.0.0.1:0"))).commit();
  assertEquals([test.url(), await test.ask("/requests")], [first, "200 []"]);

  const otherServer = 'servers: [{ listen: "0.0.0.0:8081", root: . }]';
  await (await test.keeper.prepare(config("127.0.0.1:0", otherServer))).commit();
  assertEquals(test.url(), first);
  await waitUntil(
    async () => !(await isDeaf(first)),
    "a thread that may reach the new address has taken over",
  );
  assertEquals(await test.ask("/requests"), "200 []");

  await (await test.keeper.prepare(config("localhost:0"))).undo();
  assertEquals(test.url(), first);
  const free = Deno.listen({ hostname: "127.0.0.1", port: 0 }), { port } = free.addr;
  await assertRejects(
    () => test.keeper.prepare(config(`127.0.0.1:${port}`)),
    ListenError,
    `127.0.0.1:${port}`,
  );
  free.close();
  assertEquals(await test.ask("/requests"), "200 []");
  await (await test.keeper.prepare(config(`127.0.0.1:${port}`))).commit();
  assertEquals([test.url(), test.keeper.address!.token], [`http://127.0.0.1:${port}`, token]);
  assert(await isDeaf(first));
  await (await test.keeper.prepare(config())).commit();
  assertEquals(test.keeper.address, undefined);
  assert(await isDeaf(`http://127.0.0.1:${port}`));
  assertEquals(test.log.lines, []);
});

Deno.test("where nobody asked for a certain port, the next free one below it is as good: behind it are those of servers", async () => {
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using test = keeperWith(true);
  await (await test.keeper.prepare(config(`127.0.0.1:${taken.addr.port}`))).commit();
  assert(test.keeper.address!.endpoint.port < taken.addr.port);
  assertEquals(await test.ask("/requests"), "200 []");
  taken.close();
});

Deno.test("a thread that says what no inspector says, too much of it, or dies, is ended and replaced", async () => {
  await using test = keeperWith(false, new URL("./hostile_admin.ts", import.meta.url));
  await (await test.keeper.prepare(config("127.0.0.1:0"))).commit();
  await waitUntil(() => test.log.lines.length >= 4, "each of them was ended");
  assertEquals(
    test.log.lines.slice(0, 4).map((line) =>
      /the inspector died: (.*); another starts in (\d+) ms/.exec(line)?.slice(1)
    ),
    [
      ["it said what no inspector says", "50"],
      ["it said more than can be heard", "100"],
      ["Uncaught Error: \\x1B[2Jhi", "200"],
      ["it said what no inspector says", "400"],
    ],
  );
});
