/**
 * No process outlives its request, its client, its time-out or the server; no zombie and no descriptor is left.
 *
 * @module
 */
import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { ask } from "../support/ask.ts";
import { http1Test, test } from "../support/protocols.ts";
import type { TestServer } from "../support/server.ts";
import { inTime, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import {
  assertGone,
  assertLives,
  assertLogged,
  cgiServer,
  childrenOf,
  isAlive,
  needsProc,
  pidsIn,
  PLAIN,
  type Programs,
  sharedCgiServer,
  zombiesOf,
} from "./cgi_support.ts";
import { isRefused, openDescriptors } from "./wire_support.ts";

/** Each tells its own process id and that of a child in the file that the query names. */
const PROGRAMS: Programs = {
  "fine.sh": `${PLAIN}echo fine\n`,
  "quick.sh": `sleep 1000 >/dev/null 2>&1 &\necho "$$\n$!" > ../"$QUERY_STRING"\n${PLAIN}echo done\n`,
  "silent.sh": `sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  "begun.sh": `${PLAIN}sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nwait\n`,
  "talking.sh": `${PLAIN}sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nwhile :; do echo talk; done\n`,
  "ticking.sh":
    `${PLAIN}sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nwhile :; do echo tick; sleep 0.1; done\n`,
  "deaf.sh": `trap '' TERM INT HUP PIPE\nsleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  "closed.sh": `exec 0<&- 1>&-\nsleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  "chain.sh":
    `sh -c 'sh -c "sleep 1000 & echo \\$\\$; echo \\$!; wait" & echo $$; echo $!; wait' > ../"$QUERY_STRING"\n`,
};

/** A server with these programs, for a test that ends it. */
const start = (top: string): Promise<TestServer> => cgiServer(PROGRAMS, { top });

/** The one of all tests that do not end theirs; no time-out ends a program there. */
const shared = await sharedCgiServer(PROGRAMS, { top: "timeouts: { cgi: 1h, body: 1h, send: 1h }" });

/** No two tests, nor the two runs of one, have the same file of process ids. */
const ownFile = (() => {
  let files = 0;
  return () => `pids-${++files}`;
})();

interface Case {
  readonly title: string;
  readonly program: string;
  /** Bytes of a body that the program does not read. */
  readonly body?: number;
  /** The client reads nothing of what there is to read. */
  readonly unread?: true;
  readonly processes?: number;
}

const CASES: readonly Case[] = [
  { title: "silent", program: "silent.sh" },
  { title: "that has begun its answer and is silent", program: "begun.sh" },
  { title: "that talks all the time", program: "talking.sh" },
  { title: "that talks all the time to nobody", program: "talking.sh", unread: true },
  { title: "that says something now and then", program: "ticking.sh" },
  { title: "that ignores signals", program: "deaf.sh" },
  { title: "that has closed its output", program: "closed.sh" },
  { title: "that has left a body unread", program: "silent.sh", body: 100_000 },
  { title: "with children of children", program: "chain.sh", processes: 4 },
];

for (const { title, program, body = 0, unread, processes = 2 } of CASES) {
  test({
    ...needsProc(`a client that leaves an endless program ${title} leaves no process behind`),
    fn: async () => {
      const server = shared, file = ownFile();
      {
        using client = await WireClient.connect(server.port);
        const fields = body === 0 ? "" : `Content-Length: ${body}\r\n`;
        await client.send(
          `${
            body === 0 ? "GET" : "POST"
          } /cgi-bin/${program}?${file} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`,
        );
        await client.send(new Uint8Array(body));
        const pids = await pidsIn(server, file, processes);
        if (program !== "closed.sh") assert(pids.every(isAlive));
        if (!unread && /begun|talking|ticking/.test(program)) {
          await client.connection.read(new Uint8Array(200));
        }
      }
      await assertGone(await pidsIn(server, file, processes));
      await assertLives(server, "/cgi-bin/fine.sh");
      // The last one may have ended a moment ago.
      await waitUntil(() => zombiesOf(server.pid).length === 0, "no zombie is left");
    },
  });
}

test({
  ...needsProc("what a program started and left behind is gone after its answer"),
  fn: async () => {
    const server = shared, file = ownFile();
    assertEquals((await ask(server.port, `/cgi-bin/quick.sh?${file}`)).text, "done\n");
    await assertGone(await pidsIn(server, file, 2));
  },
});

test({
  ...needsProc(
    "a job that a program leaves running is killed with a line that names it, one with setsid lives on",
  ),
  fn: async () => {
    const job = (launcher: string, name: string) =>
      `${PLAIN}${launcher} sh -c 'echo $$ >> ${name}; exec sleep 60' > /dev/null 2>&1 < /dev/null &\n` +
      `while [ ! -s ${name} ]; do sleep 0.01; done; echo done\n`;
    for (const sandbox of ["on", "off"]) {
      await using server = await cgiServer({
        "job.sh": job("", "job.pids"),
        "daemon.sh": job("setsid", "daemon.pids"),
        "plain.sh": `${PLAIN}true & wait; echo done\n`,
        "late.sh": `${PLAIN}echo done; exec > /dev/null 2>&1; sleep 60\n`,
      }, { top: `sandbox: ${sandbox}` });
      for (const name of ["plain", "job", "daemon", "late"]) {
        assertEquals((await ask(server.port, `/cgi-bin/${name}.sh`)).text, "done\n");
      }
      await assertGone(await pidsIn(server, "cgi-bin/job.pids", 1));
      const said =
        "/cgi-bin/job.sh: a job that it had left running was killed when it had ended: one that is to";
      await assertLogged(server, `warning: ${said} outlive its request needs setsid`);
      await assertLogged(
        server,
        "warning: /cgi-bin/late.sh: it went on when its answer had ended",
      );
      const [daemon] = await pidsIn(server, "cgi-bin/daemon.pids", 1);
      assertEquals(isAlive(daemon!), true);
      Deno.kill(daemon!, "SIGKILL");
      assertEquals(server.output().stderr.match(/needs setsid/g)?.length, 2);
    }
  },
});

test({
  ...needsProc("a time-out leaves no process behind, before an answer and within it"),
  fn: async () => {
    await using server = await start("timeouts: { cgi: 1500ms }");
    await Promise.all(["silent", "begun", "deaf", "closed", "chain"].map(async (program) => {
      using client = await WireClient.connect(server.port);
      await client.get(`/cgi-bin/${program}.sh?${program}`);
      await assertGone(await pidsIn(server, program, program === "chain" ? 4 : 2));
    }));
    await assertLives(server, "/cgi-bin/fine.sh");
    await waitUntil(() => zombiesOf(server.pid).length === 0, "no zombie is left");
  },
});

/** Starts programs of all kinds, each for a client that waits, and gives their process ids. */
async function startAll(server: TestServer): Promise<{ pids: number[]; clients: WireClient[] }> {
  const clients: WireClient[] = [], pids: number[] = [];
  for (const program of ["silent", "begun", "talking", "deaf", "chain"]) {
    const client = await WireClient.connect(server.port);
    clients.push(client);
    await client.get(`/cgi-bin/${program}.sh?${program}`);
    pids.push(...await pidsIn(server, program, program === "chain" ? 4 : 2));
  }
  assert(pids.every(isAlive));
  return { pids, clients };
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test({
    ...needsProc(`${signal} to the server leaves no process behind when timeouts.shutdown is over`),
    fn: async () => {
      await using server = await start("timeouts: { shutdown: 500ms }");
      const { pids, clients } = await startAll(server);
      server.kill(signal);
      assertEquals(await server.status, 0);
      await assertGone(pids);
      for (const client of clients) client[Symbol.dispose]();
    },
  });

  test({
    ...needsProc(`a second ${signal} to the server ends it at once and leaves no process behind`),
    fn: async () => {
      await using server = await start("timeouts: { cgi: 1h, shutdown: 1h }");
      const { pids, clients } = await startAll(server);
      server.kill(signal);
      await waitUntil(() => isRefused(server.port), "no connection is accepted any more");
      assert(pids.every(isAlive), "they may go on until timeouts.shutdown is over");
      server.kill(signal);
      await inTime(server.status, "it ends");
      await assertGone(pids);
      for (const client of clients) client[Symbol.dispose]();
    },
  });
}

http1Test(
  "halves",
  "a program that is running when the server is asked to stop may end its answer",
  async () => {
    await using server = await cgiServer({
      "wait.sh": `${PLAIN}echo started\nwhile [ ! -e go ]; do sleep 0.02; done\necho done\n`,
    });
    using client = await WireClient.connect(server.port);
    await client.get("/cgi-bin/wait.sh");
    const buffer = new Uint8Array(1000);
    await client.connection.read(buffer);
    server.kill("SIGTERM");
    await waitUntil(() => isRefused(server.port), "no connection is accepted any more");
    await Deno.writeTextFile(`${server.folder}/cgi-bin/go`, "");
    assert(new TextDecoder().decode(await client.rest()).includes("done\n"));
    assertEquals(await server.status, 0);
  },
);

test({
  ...needsProc("hundreds of programs leave neither descriptors nor zombies nor spool files"),
  fn: async () => {
    const server = shared;
    const round = async (count: number) => {
      for (let i = 0; i < count; i++) {
        await ask(server.port, "/cgi-bin/fine.sh");
        if (i % 5 !== 0) continue;
        await ask(server.port, "/cgi-bin/none.sh");
        await ask(server.port, "/cgi-bin/quick.sh?pids");
        using client = await WireClient.connect(server.port);
        await client.get(`/cgi-bin/silent.sh?gone-${i}`);
        using uploader = await WireClient.connect(server.port);
        await uploader.send(
          "POST /cgi-bin/fine.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        await uploader.send(`493e0\r\n${"x".repeat(300_000)}\r\n${i % 10 === 0 ? "0\r\n\r\n" : ""}`);
        if (i % 10 === 0) await uploader.response();
      }
    };
    await Promise.all(Array.from({ length: 8 }, () => round(1)));
    const quiet = () => childrenOf(server.pid).length === 0;
    await waitUntil(quiet, "the first programs are gone");
    await ask(server.port, "/ok.txt");
    const before = openDescriptors(server.pid);
    await Promise.all(Array.from({ length: 8 }, () => round(20)));
    await waitUntil(quiet, "all programs are gone");
    await ask(server.port, "/ok.txt");
    await waitUntil(() => openDescriptors(server.pid) <= before, "all descriptors are closed again");
    assertLessOrEqual(openDescriptors(server.pid), before);
  },
});
