/**
 * A server that is killed, or whose memory is at its end, leaves no program behind, whatever the program is like.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { startServer } from "../support/server.ts";
import { inTime } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import {
  assertGone,
  assertLives,
  cgiServer,
  guardsOf,
  isAlive,
  needsProc,
  pidsIn,
  PLAIN,
  type Programs,
} from "./cgi_support.ts";

/** Each tells the ids of its processes in the file that the query names. */
const PROGRAMS: Programs = {
  "fine.sh": `${PLAIN}echo fine\n`,
  "silent.sh": `sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  "deaf.sh": `trap '' TERM INT HUP PIPE\nsleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  // It has no output any more, and its child a session of its own.
  "daemon.sh": `exec 0<&- 1>&-\nsetsid sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  // Its child has no environment to be found by, but its group.
  "bare.sh": `env -i sleep 1000 &\necho "$$\n$!" > ../"$QUERY_STRING"\nsleep 1000\n`,
  "forking.sh": `echo "$$\n$$" > ../"$QUERY_STRING"\nwhile :; do sleep 0.01; done\n`,
};

const NAMES = Object.keys(PROGRAMS).filter((name) => name !== "fine.sh");

for (const workers of [1, 2]) {
  Deno.test({
    ...needsProc(`a server that is killed leaves no program behind, with ${workers} worker(s)`),
    fn: async () => {
      await using server = await cgiServer(PROGRAMS, {
        top: `workers: ${workers}\ntimeouts: { cgi: 1h, body: 1h, send: 1h }`,
      });
      const guards = guardsOf(server.pid);
      assertEquals(guards.length, 1);
      const clients: WireClient[] = [], pids: number[] = [];
      for (const name of NAMES) {
        const client = await WireClient.connect(server.port);
        clients.push(client);
        await client.get(`/cgi-bin/${name}?${name}`);
        pids.push(...await pidsIn(server, name, 2));
      }
      await assertLives(server, "/cgi-bin/fine.sh");
      assert(pids.every(isAlive));
      server.kill("SIGKILL");
      await inTime(server.status, "it has ended");
      await assertGone(pids);
      await assertGone(guards);
      for (const client of clients) client[Symbol.dispose]();
    },
  });
}

Deno.test({
  ...needsProc("a server that ends in order takes its guard with it; one that runs no programs has none"),
  fn: async () => {
    await using server = await cgiServer(PROGRAMS);
    const guards = guardsOf(server.pid);
    assertEquals(guards.length, 1);
    server.kill("SIGTERM");
    assertEquals(await server.status, 0);
    assertEquals(guards.filter(isAlive), []);
    await using plain = await startServer();
    assertEquals(guardsOf(plain.pid), []);
  },
});
