import { assertEquals } from "@std/assert";
import { Logins } from "../../lib/access/logins.ts";
import type { MainThread } from "../../lib/ports.ts";
import { FakeClock } from "../support/fakes.ts";
import { requestFor } from "../support/site.ts";

/** A main thread that knows one user. */
class FakeMain implements MainThread {
  readonly asked: string[] = [];
  tell: (text: string) => void = () => {};
  answer: string | undefined;

  ask(_: string, text: string): Promise<string | undefined> {
    this.asked.push(text);
    const { name, password } = JSON.parse(text);
    return Promise.resolve(
      this.answer ?? JSON.stringify({ is: `${name}!` === password ? "right" : "wrong" }),
    );
  }

  listen(_: string, heard: (text: string) => void): () => void {
    this.tell = heard;
    return () => {};
  }
}

function setUp() {
  const main = new FakeMain(), clock = new FakeClock(), logins = new Logins(main, clock);
  const request = (text: string | undefined, client = "192.0.2.1") =>
    requestFor("/", {
      client,
      ...text !== undefined && { fields: { Authorization: `Basic ${btoa(text)}` } },
    });
  const verify = async (text?: string, client?: string, file = "/users") => {
    const login = await logins.verify(request(text, client), file);
    return login.is === "right" ? login.user : login.is;
  };
  return { main, clock, logins, request, verify };
}

Deno.test("what is right is asked about once in a minute, for each file; what is wrong each time", async () => {
  const { main, clock, verify, logins, request } = setUp();
  assertEquals(await verify(), "none");
  assertEquals(main.asked.length, 0);
  assertEquals([await verify("anna:anna!"), await verify("anna:anna!")], ["anna", "anna"]);
  assertEquals(main.asked.length, 1);
  assertEquals(logins.remembered(request("anna:anna!"), "/users"), "anna");
  assertEquals(logins.remembered(request("anna:no"), "/users"), undefined);
  assertEquals(logins.remembered(request("anna:anna!"), "/others"), undefined);
  assertEquals([await verify("anna:no"), await verify("anna:no")], ["wrong", "wrong"]);
  assertEquals(main.asked.length, 3);
  assertEquals(await verify("anna:anna!", undefined, "/others"), "anna");
  assertEquals(main.asked.length, 4);
  await clock.advance(60_001);
  assertEquals(await verify("anna:anna!"), "anna");
  assertEquals(main.asked.length, 5);
});

Deno.test("a file that has changed, and only that, has to be asked about again", async () => {
  const { main, verify } = setUp();
  await verify("anna:anna!");
  await verify("anna:anna!", undefined, "/others");
  main.tell(JSON.stringify({ changed: "/users" }));
  await verify("anna:anna!");
  await verify("anna:anna!", undefined, "/others");
  assertEquals(main.asked.length, 3);
});

Deno.test("an answer that comes behind the news of a change is not remembered", async () => {
  const { main, verify } = setUp();
  const first = verify("anna:anna!");
  main.tell(JSON.stringify({ changed: "/users" }));
  assertEquals(await first, "anna");
  await verify("anna:anna!");
  assertEquals(main.asked.length, 2);
});

Deno.test("an address that is blocked is not asked about, until its time is over", async () => {
  const { main, clock, verify } = setUp();
  await verify("anna:anna!");
  main.tell(JSON.stringify({ blocked: "192.0.2.1", for: 30_000 }));
  assertEquals([await verify("anna:anna!"), await verify("anna:no"), await verify()], [
    "blocked",
    "blocked",
    "none",
  ]);
  assertEquals(await verify("anna:anna!", "192.0.2.2"), "anna");
  assertEquals(main.asked.length, 1);
  await clock.advance(30_001);
  assertEquals(await verify("anna:anna!"), "anna");
  main.answer = JSON.stringify({ is: "blocked", for: 10_000 });
  assertEquals(await verify("ben:x"), "blocked");
  main.answer = undefined;
  assertEquals(await verify("anna:anna!"), "blocked");
});

Deno.test("whatever the main thread says, nobody is let in by it who was not found right", async () => {
  const { main, verify } = setUp();
  for (
    const answer of [
      "",
      "null",
      "[]",
      "{}",
      '{"is":"RIGHT"}',
      '{"is":["right"]}',
      '{"is":"blocked","for":-1}',
      "right",
    ]
  ) {
    main.answer = answer;
    assertEquals([answer, await verify("anna:anna!")], [answer, "busy"]);
  }
  for (const news of ["", "{}", '{"changed":1}', '{"blocked":"192.0.2.1","for":1e9}']) main.tell(news);
  main.answer = undefined;
  assertEquals(await verify("anna:anna!"), "anna");
});

Deno.test("no more is asked in a second than the main thread can bear", async () => {
  const { main, clock, verify } = setUp();
  const all: string[] = [];
  for (let i = 0; i < 3000; i++) all.push(await verify(`anna:no${i}`, `198.51.${i >> 8}.${i & 255}`));
  assertEquals(main.asked.length <= 1001, true);
  assertEquals(all.at(-1), "busy");
  await clock.advance(1000);
  assertEquals(await verify("anna:no"), "wrong");
});
