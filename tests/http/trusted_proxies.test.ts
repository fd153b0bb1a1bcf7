import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { TrustedProxies } from "../../lib/http/trusted_proxies.ts";

const proxies = new TrustedProxies(["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]);

type Lines = readonly (readonly [name: string, value: string])[];

/** The client and the scheme, as `192.0.2.1 https`; with the port where it is told. */
function told(lines: Lines, peer = "127.0.0.1"): string {
  const forwarded = proxies.told({ hostname: peer, port: 4000 }, FieldBlock.of(...lines));
  if (forwarded === undefined) return "not believed";
  if (forwarded.isMalformed) return "malformed";
  const { client: { hostname, port }, scheme } = forwarded;
  return `${hostname}${port === 0 ? "" : ` port ${port}`} ${scheme}`;
}

const FOR = (value: string) => ["X-Forwarded-For", value] as const;
const PROTO = (value: string) => ["X-Forwarded-Proto", value] as const;
const FORWARDED = (value: string) => ["Forwarded", value] as const;

Deno.test("the client is the rightmost address that is no proxy that is believed", () => {
  const cases: [Lines, string][] = [
    [[], "127.0.0.1 port 4000 undefined"],
    [[FOR("192.0.2.1")], "192.0.2.1 undefined"],
    [[FOR("192.0.2.1:555")], "192.0.2.1 port 555 undefined"],
    [[FOR("[2001:db8::1]:555")], "2001:db8::1 port 555 undefined"],
    [[FOR("::ffff:192.0.2.1")], "192.0.2.1 undefined"],
    // What stands before the client is its own word.
    [[FOR("1.1.1.1, 192.0.2.1")], "192.0.2.1 undefined"],
    [[FOR("127.0.0.1, 192.0.2.1, 10.1.1.1")], "192.0.2.1 undefined"],
    [[FOR("junk\t<>, 192.0.2.1, 10.1.1.1, 10.2.2.2")], "192.0.2.1 undefined"],
    [[FOR("192.0.2.1, ::ffff:10.1.1.1, fd00::1")], "192.0.2.1 undefined"],
    // Several lines are one list.
    [[FOR("1.1.1.1"), FOR("192.0.2.1"), FOR("10.1.1.1")], "192.0.2.1 undefined"],
    [[["x-forwarded-for", "1.1.1.1"], FOR("192.0.2.1")], "192.0.2.1 undefined"],
    // All of them are believed: the first.
    [[FOR("10.3.3.3, 10.2.2.2")], "10.3.3.3 undefined"],
    // Nobody is named: the last who is known.
    [[FOR("unknown")], "127.0.0.1 port 4000 undefined"],
    [[FOR("192.0.2.1, unknown")], "127.0.0.1 port 4000 undefined"],
    [[FOR("192.0.2.1, _x, 10.1.1.1")], "10.1.1.1 undefined"],
    [[FOR("192.0.2.1,,")], "192.0.2.1 undefined"],
    [[FOR("")], "127.0.0.1 port 4000 undefined"],
    [[FOR("010.0.0.1")], "127.0.0.1 port 4000 undefined"],
  ];
  for (const [lines, expected] of cases) assertEquals(told(lines), expected, JSON.stringify(lines));
});

Deno.test("who is no such proxy is not believed, whatever it says", () => {
  for (const peer of ["192.0.2.9", "127.0.0.2", "::1", "11.0.0.1", ""]) {
    assertEquals(told([FOR("10.0.0.1"), PROTO("https"), FORWARDED("for=1.1.1.1")], peer), "not believed");
  }
  assertEquals(told([FOR("192.0.2.1")], "::ffff:127.0.0.1"), "192.0.2.1 undefined");
  assertEquals(told([FOR("192.0.2.1")], "fd12::1"), "192.0.2.1 undefined");
});

Deno.test("the scheme is the one that the client asked with", () => {
  const cases: [Lines, string][] = [
    [[FOR("192.0.2.1"), PROTO("https")], "192.0.2.1 https"],
    [[FOR("192.0.2.1"), PROTO("HTTPS")], "192.0.2.1 https"],
    [[FOR("192.0.2.1"), PROTO("http")], "192.0.2.1 http"],
    [[FOR("192.0.2.1"), PROTO("wss")], "192.0.2.1 https"],
    [[FOR("192.0.2.1"), PROTO("ws")], "192.0.2.1 http"],
    [[FOR("192.0.2.1"), PROTO("gopher")], "192.0.2.1 undefined"],
    [[PROTO("https")], "127.0.0.1 port 4000 https"],
    // One for each address: the one beside the client.
    [[FOR("192.0.2.1, 10.1.1.1"), PROTO("https, http")], "192.0.2.1 https"],
    [[FOR("1.1.1.1, 192.0.2.1, 10.1.1.1"), PROTO("http, https, http")], "192.0.2.1 https"],
    [[FOR("1.1.1.1, 192.0.2.1"), PROTO("https, http")], "192.0.2.1 http"],
    // Else what the nearest one says.
    [[FOR("192.0.2.1, 10.1.1.1"), PROTO("https")], "192.0.2.1 https"],
    [[FOR("192.0.2.1"), PROTO("https, http")], "192.0.2.1 http"],
    [[FOR("192.0.2.1"), PROTO("https"), PROTO("http")], "192.0.2.1 http"],
  ];
  for (const [lines, expected] of cases) assertEquals(told(lines), expected, JSON.stringify(lines));
});

Deno.test("Forwarded says the same by itself", () => {
  const cases: [Lines, string][] = [
    [[FORWARDED("for=192.0.2.1")], "192.0.2.1 undefined"],
    [[FORWARDED('for="192.0.2.1:555";proto=https')], "192.0.2.1 port 555 https"],
    [[FORWARDED('for="[2001:db8::1]:555";proto=https')], "2001:db8::1 port 555 https"],
    [[FORWARDED("for=1.1.1.1;proto=https, for=192.0.2.1;proto=http")], "192.0.2.1 http"],
    [[FORWARDED("for=192.0.2.1;proto=https, for=10.1.1.1;proto=http")], "192.0.2.1 https"],
    [[FORWARDED("for=192.0.2.1, for=10.1.1.1;proto=https")], "192.0.2.1 https"],
    [[FORWARDED("for=1.1.1.1"), FORWARDED("for=192.0.2.1")], "192.0.2.1 undefined"],
    [[FORWARDED("for=_hidden;proto=https")], "127.0.0.1 port 4000 https"],
    [[FORWARDED("for=192.0.2.1, for=unknown, for=10.1.1.1")], "10.1.1.1 undefined"],
    [[FORWARDED("proto=https")], "127.0.0.1 port 4000 https"],
    [[FORWARDED("for=192.0.2.1, proto=https")], "127.0.0.1 port 4000 https"],
    [[FORWARDED("")], "127.0.0.1 port 4000 undefined"],
    // What is left open in one line does not swallow the proxy's; it may be in one line, too.
    [[FORWARDED('for="'), FORWARDED("for=192.0.2.1")], "malformed"],
    [[FORWARDED('for=", for="192.0.2.1"')], "malformed"],
    [[FORWARDED('for="x, for=192.0.2.1')], "malformed"],
    [[FORWARDED("for=192.0.2.1;for=1.1.1.1")], "malformed"],
    // Most proxies write X-Forwarded-For, and let a client's Forwarded pass.
    [[FORWARDED("for=1.1.1.1;proto=https"), FOR("192.0.2.1")], "192.0.2.1 undefined"],
    [[FORWARDED('for="'), FOR("192.0.2.1")], "192.0.2.1 undefined"],
  ];
  for (const [lines, expected] of cases) assertEquals(told(lines), expected, JSON.stringify(lines));
});

Deno.test("as many peers as there may be are remembered, and no answer depends on it", () => {
  for (let i = 0; i < 3000; i++) {
    const trusted = i % 2 === 0, peer = `${trusted ? 10 : 11}.0.${i >> 8}.${i & 255}`;
    assertEquals(told([FOR("192.0.2.1")], peer), trusted ? "192.0.2.1 undefined" : "not believed");
  }
});

Deno.test("what is remembered of one field is said of no other", () => {
  const address = "203.0.113.77";
  assertEquals(told([FORWARDED(address), FORWARDED(""), FORWARDED("https")]), "malformed");
  assertEquals(told([FORWARDED(""), FORWARDED(address), FORWARDED("https")]), "malformed");
  assertEquals(told([FOR(address), PROTO("https")]), `${address} https`);
  assertEquals(told([FOR(`${address}, `), PROTO("https")]), `${address} https`);
  assertEquals(told([FOR(address)]), `${address} undefined`);
  assertEquals(told([FOR(address), PROTO("http")]), `${address} http`);
  // The peer is each time its own.
  assertEquals(told([FOR("unknown")], "10.0.0.1"), "10.0.0.1 port 4000 undefined");
  assertEquals(told([FOR("unknown")], "10.0.0.2"), "10.0.0.2 port 4000 undefined");
  for (let i = 0; i < 3000; i++) {
    const other = `198.51.${i >> 8}.${i & 255}`;
    assertEquals(told([FOR(other)]), `${other} undefined`);
  }
});
