import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { UpstreamClients } from "../../lib/proxy/clients.ts";
import { Deadlines } from "../../lib/server/deadlines.ts";
import { FakeDialer } from "../support/fake_dialer.ts";
import { FakeClock, settle } from "../support/fakes.ts";
import { answers, contentOf, LIMITS, OK, Peer, target } from "./support.ts";

Deno.test("a server has one client, whose connections end with all of them", async () => {
  const dialer = new FakeDialer(), clock = new FakeClock();
  dialer.listen("a:80", (stream) => void answers(OK)(new Peer(stream)).catch(() => {}));
  const clients = new UpstreamClients({
    dialer,
    clock,
    deadlines: new Deadlines(clock),
    limits: () => LIMITS,
  });
  const client = clients.of(target(), true);
  assertStrictEquals(clients.of(target(), true), client);
  assert(clients.of(target(), false) !== client);
  assert(clients.of(target("a:81"), true) !== client);
  const ask = async () => {
    const fields = FieldBlock.of(["Host", "a"]), timeouts = { connect: 1000, read: 1000 };
    const { body } = await client.ask({ method: "GET", target: "/", fields, timeouts });
    return await contentOf(body);
  };
  for (let i = 0; i < 3; i++) assertEquals(await ask(), "ok");
  assertEquals(dialer.dialled.length, 1);
  clients.stop();
  // Who still asks is answered, and nothing is kept for it.
  for (let i = 0; i < 2; i++) assertEquals(await ask(), "ok");
  await settle();
  assertEquals([dialer.dialled.length, clock.running], [3, 0]);
});
