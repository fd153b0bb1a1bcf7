import { assertEquals, assertMatch } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { http1Test, test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { exchange } from "../support/wire.ts";

/** A server block that says its own name. */
const host = (text: string, names: string, listen = "LISTEN") =>
  `  - listen: ${listen}\n    server_name: ${names}\n    return: 200 ${text}\n`;

/** The beginning of a configuration that a page of another name can reach. */
const ANY_NAME = 'allowed_hosts: "*"\nservers:\n';

test("a server is chosen by its exact name, then by the longest wildcard", async () => {
  const server = await keptServer({
    config: "servers:\n" + host("first", "first.test") + host("exact", "[www.example.test, other.test]") +
      host("wild", '"*.example.test"') + host("deep", '"*.deep.example.test"'),
  });
  const says = async (name: string) => (await ask(server.port, "/", { host: name })).text;
  assertEquals(await says("first.test"), "first");
  assertEquals(await says("www.example.test"), "exact");
  assertEquals(await says("other.test"), "exact");
  assertEquals(await says("api.example.test"), "wild");
  assertEquals(await says("a.b.c.example.test"), "wild");
  assertEquals(await says("a.www.example.test"), "wild");
  assertEquals(await says("deep.example.test"), "wild");
  assertEquals(await says("x.deep.example.test"), "deep");
  assertEquals(await says("y.x.deep.example.test"), "deep");
});

test("a wildcard takes neither the bare name nor a name that only ends like it", async () => {
  const server = await keptServer({
    config: ANY_NAME + host("default", "first.test") + host("wild", '"*.example.test"'),
  });
  assertEquals(await get(server.port, "/", "example.test"), "200 default");
  assertEquals(await get(server.port, "/", "badexample.test"), "200 default");
  assertEquals(await get(server.port, "/", "example.test.evil"), "200 default");
});

test("the first server of an address answers every name that no server has", async () => {
  const server = await keptServer({
    config: ANY_NAME + host("first", "a.test", '[LISTEN, "127.0.0.2:0"]') +
      host("second", "b.test") + host("third", "c.test", '["127.0.0.3:0", "127.0.0.2:0"]'),
  });
  const [one, two, three] = server.ports as [number, number, number];
  const says = async (hostname: string, port: number, name: string) => {
    using connection = await Deno.connect({ hostname, port });
    await connection.write(
      new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`),
    );
    return (await new Response(connection.readable).text()).split("\r\n\r\n")[1];
  };
  assertEquals(await says("127.0.0.1", one, "unknown"), "first");
  assertEquals(await says("127.0.0.1", one, "b.test"), "second");
  assertEquals(await says("127.0.0.1", one, "c.test"), "first");
  assertEquals(await says("127.0.0.2", two, "unknown"), "first");
  assertEquals(await says("127.0.0.2", two, "b.test"), "first");
  assertEquals(await says("127.0.0.2", two, "c.test"), "third");
  assertEquals(await says("127.0.0.3", three, "a.test"), "third");
});

test("port, case and one trailing dot of the Host do not count", async () => {
  const server = await keptServer({
    config: "servers:\n" + host("default", "first.test") + host("named", "Example.TEST") +
      host("wild", '"*.wild.test"') + host("six", '"::1"'),
  });
  for (
    const name of [
      "example.test",
      "EXAMPLE.test",
      "example.test.",
      "example.test:80",
      "example.test:",
      "eXaMple.test.:9999",
    ]
  ) assertEquals(await get(server.port, "/", name), "200 named", name);
  assertEquals(await get(server.port, "/", "A.Wild.Test.:1"), "200 wild");
  assertEquals(await get(server.port, "/", "[::1]:8080"), "200 six");
  assertMatch(await get(server.port, "/", "example.test.."), /^400 /);
});

test("the host of an absolute target beats the field Host", async () => {
  const server = await keptServer({
    config: "servers:\n" + host("first", "first.test") + host("second", "second.test"),
  });
  const says = (target: string) => get(server.port, target, "first.test");
  assertEquals(await says("http://second.test/"), "200 second");
  assertEquals(await says("http://SECOND.test.:8080/x?y"), "200 second");
  assertEquals(await says("http://second.test"), "200 second");
  assertEquals(await says("/http://second.test/"), "200 first");
});

http1Test("version", "an HTTP/1.0 request without Host gets the default server", async () => {
  await using server = await startServer({
    config: "servers:\n" + host("first", "first.test") + host("second", "second.test"),
  });
  const named = await exchange(server.port, "GET / HTTP/1.0\r\nHost: second.test\r\n\r\n");
  const nameless = await exchange(server.port, "GET / HTTP/1.0\r\n\r\n");
  assertEquals([named?.text, nameless?.text], ["second", "first"]);
});
