import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ProcessGroups } from "../../lib/runtime/process_groups.ts";
import { endpointOf } from "../../lib/http/endpoint.ts";
import { StartError, Supervisor } from "../../lib/supervisor/supervisor.ts";
import { get } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { isThere } from "../support/processes.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { configOf, ENTRY, SERVERS, startSupervisor, systemWith, type TestSupervisor } from "./support.ts";

/** Shared ports, which only Linux has. */
const ignore = Deno.build.os !== "linux";

const portOf = ({ supervisor }: TestSupervisor) => supervisor.endpoints[0]!.port;
const times = (errors: string) =>
  [...errors.matchAll(/another starts in (\d+) ms/g)].map(([, ms]) => Number(ms));

Deno.test({
  name: "a worker that dies is replaced at once, and the connections of the other one never notice",
  ignore,
  fn: async () => {
    await using test = await startSupervisor({ does: "serve", diesOf: "die" }, "workers: 2\nsandbox: off");
    await Deno.writeTextFile(`${test.folder}/a.txt`, "fine");
    const clients = await Promise.all(Array.from({ length: 24 }, () => WireClient.connect(portOf(test))));
    const answers = async () => {
      const texts: (string | undefined)[] = [];
      for (const client of clients) {
        try {
          await client.get("/a.txt");
          texts.push((await client.response())?.text);
        } catch {
          texts.push(undefined);
        }
      }
      return texts;
    };
    assertEquals(await answers(), clients.map(() => "fine"));
    await Deno.writeTextFile(`${test.folder}/die-1`, "");
    await waitUntil(() => /worker 1 died/.test(test.errors()), "its death is logged");
    // Those of the other worker: every one of them, all the time.
    const after = await answers();
    const left = after.filter((text) => text === "fine").length;
    assert(left > 0 && left < clients.length, `${left} connections are left`);
    for (let i = 0; i < 5; i++) {
      assertEquals((await answers()).filter((text) => text === "fine").length, left);
    }
    const serving = () => Deno.readTextFileSync(`${test.folder}/serving`).split("\n").slice(0, -1);
    await waitUntil(() => serving().length === 3, "another worker serves in its place");
    assertEquals([serving()[2], test.supervisor.alive], ["1", 2]);
    for (let i = 0; i < 20; i++) assertEquals(await get(portOf(test), "/a.txt"), "200 fine");
    for (const client of clients) client[Symbol.dispose]();
    assertEquals(times(test.errors()), [50], "the delay in milliseconds");
  },
});

Deno.test("a worker that dies again and again is replaced with a growing delay, and then given up", async () => {
  await using test = await startSupervisor({ does: "die", of: "die" });
  await Deno.writeTextFile(`${test.folder}/die`, "");
  const error = await assertRejects(() => test.supervisor.failed, StartError);
  assertMatch(error.message, /workers die as soon as they start: .*told to die/);
  const delays = times(test.errors());
  assert(delays.length >= 4, `${delays}`);
  assertEquals(delays, delays.map((_, index) => 50 * 2 ** index));
});

Deno.test("a worker that dies before it is ready is no start", async () => {
  await assertRejects(() => startSupervisor({ does: "die at once" }), StartError, "dead on arrival");
});

Deno.test("what a worker says of its failure is what the start fails with", async () => {
  const failing = { does: "fail", message: "port 1 is taken" } as const;
  await assertRejects(() => startSupervisor(failing, "workers: 2"), StartError, "port 1 is taken");
});

Deno.test("a supervisor is stopped in time, whatever its workers do", async () => {
  for (const [does, workers] of [["linger", 2], ["spin", 1]] as const) {
    const test = await startSupervisor({ does }, `workers: ${workers}\ntimeouts: { shutdown: 100ms }`);
    await inTime(test[Symbol.asyncDispose](), `it stops though its workers ${does}`);
  }
});

Deno.test({
  name: "the programs of a dead worker are killed",
  ignore,
  fn: async () => {
    const programs = ["sleep 60 & sleep 60", "sleep 60 & sleep 60", "sleep 60 & sleep 60"].map((
      script,
    ) => new Deno.Command("sh", { args: ["-c", script], detached: true, stdout: "piped" }).spawn());
    const [alive, killed, last] = programs.map(({ pid }) => pid);
    const gone = programs.map(async ({ status, stdout }) => {
      // The pipe ends with the last process of the group.
      await Promise.all([status, stdout.pipeTo(new WritableStream())]);
    });
    await using folder = await temporaryFolder();
    const left = `${folder.path}/left`;
    await using test = await startSupervisor({
      does: "leave groups",
      over: `sleep 60 & echo $! > ${left}`,
      alive: [alive!],
      killed: [killed!],
      last: last!,
    });
    // What is killed, and what is left behind, does not wait for the worker's end.
    const leftPid = Number(await Deno.readTextFile(left));
    await Promise.all([gone[1], waitUntil(() => !isThere(leftPid), "what was left behind is killed")]);
    assert(isThere(alive!));
    // The same needs: the worker is told to change, and dies of it.
    await test.supervisor.reload(
      configOf(
        `error_log: error.log\naccess_log: off\n${SERVERS}`,
        test.folder,
      ),
    );
    await Promise.all(gone);
  },
});

Deno.test("where a port cannot be shared a reload hands it over, and a failed one gives it back", async () => {
  const files = (folder: string) => Deno.writeTextFile(`${folder}/a.txt`, "one");
  await using test = await startSupervisor({ does: "serve" }, "", {
    sharesPorts: false,
    workerCount: () => 1,
  });
  await files(test.folder);
  await Deno.mkdir(`${test.folder}/two`);
  await Deno.writeTextFile(`${test.folder}/two/a.txt`, "two");
  const config = (root: string) =>
    configOf(
      `error_log: error.log\naccess_log: off\nservers: [{ listen: "127.0.0.1:0", root: ${root} }]`,
      test.folder,
    );
  assertEquals(await get(portOf(test), "/a.txt"), "200 one");
  const port = portOf(test);
  await test.supervisor.reload(config("two"));
  assertEquals([portOf(test), await get(port, "/a.txt")], [port, "200 two"]);
  // A host that nobody has: the old one goes on.
  const wrong = {
    ...config("."),
    servers: [{ ...config(".").servers[0]!, listen: [endpointOf("192.0.2.1", 80)] }],
  };
  await assertRejects(() => test.supervisor.reload(wrong));
  assertEquals(await get(port, "/a.txt"), "200 two");
});

Deno.test("a store that cannot be made is no start, and says why", async () => {
  await using folder = { path: await Deno.makeTempDir(), [Symbol.asyncDispose]: () => Promise.resolve() };
  await Deno.writeTextFile(`${folder.path}/file`, "");
  const config = configOf(
    'access_log: off\nservers: [{ listen: "127.0.0.1:0", root: ., locations: { /up/: { upload_store: file/up } } }]',
    folder.path,
  );
  const options = {
    system: systemWith({ does: "linger" }),
    groups: new ProcessGroups(undefined),
    entry: ENTRY,
  };
  await assertRejects(() => Supervisor.start(config, options), StartError, "file/up cannot be made");
  await Deno.remove(folder.path, { recursive: true });
});

for (const { shutdown, cut } of [{ shutdown: "100ms", cut: 3 }, { shutdown: "1m", cut: 2 }]) {
  Deno.test({
    name:
      `an upload outlives reloads within bounds; of more the oldest are cut, with timeouts.shutdown at ${shutdown}`,
    ignore,
    fn: async () => {
      const text = (round: number) =>
        `timeouts: { shutdown: ${shutdown} }\nworkers: 2\nerror_log: error.log\naccess_log: off\n` +
        `servers: [{ listen: "127.0.0.1:0", root: ., locations: { /up/: { upload_store: up }, /d/: { alias: d${round} } } }]`;
      // Of two workers one has the upload, and the other is gone by the next reload.
      const retired = { reloads: 1, workers: 2, ending: 1 };
      await using test = await startSupervisor({ does: "serve" }, "workers: 2", {}, { retired });
      await test.supervisor.reload(configOf(text(0), test.folder));
      const clients: WireClient[] = [];
      for (let round = 1; round <= 6; round++) {
        const client = await WireClient.connect(portOf(test));
        clients.push(client);
        const fields = "Host: localhost\r\nContent-Length: 4\r\nExpect: 100-continue\r\n";
        await client.send(`PUT /up/${round} HTTP/1.1\r\n${fields}\r\n`);
        assertEquals((await client.response())?.status, 100, "the upload is begun");
        await client.send("ab");
        await test.supervisor.reload(configOf(text(round), test.folder));
      }
      const outcomes = clients.map(async (client, index) => {
        if (index < cut) return await client.rest().then(() => "cut", () => "cut");
        await client.send("cd");
        return (await client.response())?.status;
      });
      assertEquals(
        await inTime(Promise.all(outcomes), "every upload has ended"),
        clients.map((_, index) => index < cut ? "cut" : 201),
      );
      for (const client of clients) client[Symbol.dispose]();
      const said = () => test.errors().match(/running many reloads ago/g)?.length;
      await waitUntil(() => said() === 3, () => `it is said each time: ${test.errors()}`);
      const files = () => [...Deno.readDirSync(`${test.folder}/up`)].length;
      await waitUntil(() => files() === 6 - cut, () => `what was cut is removed: ${files()} files`);
    },
  });
}
