import { assertEquals } from "@std/assert";
import { normalIPv6, parseHost } from "../../lib/http/host.ts";
import { assertLinear, hostile } from "../support/linear.ts";

Deno.test("parseHost() reads names, addresses and ports", () => {
  const table: [string, string, number | undefined][] = [
    ["localhost", "localhost", undefined],
    ["localhost:8080", "localhost", 8080],
    ["Example.TEST:80", "example.test", 80],
    ["a:", "a", undefined],
    ["a:0", "a", 0],
    ["a:65535", "a", 65535],
    ["a:000080", "a", 80],
    ["example.test.", "example.test", undefined],
    ["example.test.:8080", "example.test", 8080],
    ["127.0.0.1:8080", "127.0.0.1", 8080],
    ["a_b-c~d!$&'()*+,;=", "a_b-c~d!$&'()*+,;=", undefined],
    ["caf%C3%A9.test", "caf%c3%a9.test", undefined],
    ["[::1]", "::1", undefined],
    ["[::1]:8080", "::1", 8080],
    ["[::1]:", "::1", undefined],
    ["[::]", "::", undefined],
    ["[2001:DB8::A]", "2001:db8::a", undefined],
    ["[1:2:3:4:5:6:7:8]", "1:2:3:4:5:6:7:8", undefined],
    ["[1:2:3:4:5:6:7::]", "1:2:3:4:5:6:7:0", undefined],
    ["[::2:3:4:5:6:7:8]", "0:2:3:4:5:6:7:8", undefined],
    ["[::ffff:127.0.0.1]", "::ffff:7f00:1", undefined],
    ["[1:2:3:4:5:6:127.0.0.1]", "1:2:3:4:5:6:7f00:1", undefined],
    ["[0:0:0:0:0:0:0:1]:80", "::1", 80],
    ["[2001:0DB8:0:0:1:0:0:0001]", "2001:db8::1:0:0:1", undefined],
  ];
  for (const [value, host, port] of table) assertEquals(parseHost(value), { host, port }, value);
});

Deno.test("parseHost() reads the longest name of the DNS with any port", () => {
  const host = "a.".repeat(127) + "a";
  assertEquals(parseHost(host), { host, port: undefined });
  assertEquals(parseHost(`${host}:65535`), { host, port: 65535 });
});

Deno.test("parseHost() refuses a bad name or port", () => {
  const bad = [
    "",
    ":",
    ":80",
    ".",
    ".:80",
    "..",
    "a..",
    "user@a",
    "user:pw@a",
    "a b",
    " a",
    "a ",
    "a\t",
    "a/b",
    "a?b",
  ];
  bad.push(
    "a#b",
    "a\\b",
    "a\0",
    "a\n",
    'a"',
    "<a>",
    "a,b c",
    "http://a",
    "a:b",
    "a:80:80",
    "a:65536",
    "a:-1",
    "a:+1",
  );
  bad.push(
    "a:8 0",
    "a:0x50",
    "a:80 ",
    "a:" + "9".repeat(400),
    "a%",
    "a%4",
    "a%zz",
    "\xe9",
    "é.test",
    "a|b",
    "a^b",
  );
  bad.push("{a}", "a`b", "::1", "a:\u0661");
  bad.push("a".repeat(262), `${"a.".repeat(130)}a:80`, `a:${"0".repeat(260)}`);
  for (const value of bad) assertEquals(parseHost(value), undefined, value.slice(0, 40));
});

Deno.test("parseHost() refuses a bad IPv6 address", () => {
  const bad = [
    "[]",
    "[",
    "]",
    "[::1",
    "::1]",
    "[a]",
    "[localhost]",
    "[127.0.0.1]",
    "[:]",
    "[:::]",
    "[1::2::3]",
    "[1:]",
  ];
  bad.push(
    "[:1]",
    "[1:2:3:4:5:6:7]",
    "[1:2:3:4:5:6:7:8:9]",
    "[1:2:3:4::5:6:7:8]",
    "[12345::]",
    "[::g]",
    "[::1%25eth0]",
  );
  bad.push(
    "[::1%eth0]",
    "[v1.a]",
    "[::256.0.0.1]",
    "[::1.2.3]",
    "[::1.2.3.4.5]",
    "[::1.2.3.4.]",
    "[::01.2.3.4]",
  );
  bad.push(
    "[1.2.3.4::]",
    "[::1.2.3.4:5]",
    "[1:2:3:4:5:6:7:1.2.3.4]",
    "[::1]x",
    "x[::1]",
    "[::1]:x",
    "[::1]]",
    "[[::1]]",
  );
  bad.push("[::1]80", "[::1].", "[::1 ]");
  for (const value of bad) assertEquals(parseHost(value), undefined, value);
});

Deno.test("parseHost() takes linear time for hostile values", () => {
  assertLinear(() => {
    for (const piece of ["%41", "a.", ":", "::", "[", "1:", "%"]) {
      parseHost(hostile(piece) + "@");
      parseHost("[" + hostile(piece) + "]");
    }
  });
});

Deno.test("normalIPv6() has one form for every spelling, which is its own", () => {
  for (const text of ["::1", "0::1", "::0:1", "0:0:0:0:0:0:0:1", "0000::0001", "::0.0.0.1"]) {
    assertEquals(normalIPv6(text), "::1", text);
  }
  for (const text of ["::", "2001:db8::1:0:0:1", "1:2:3:4:5:6:7:8", "::ffff:7f00:1"]) {
    assertEquals(normalIPv6(text), text);
  }
  for (const text of ["", "1", "127.0.0.1", "::1%1", "::1]@[::2", "::1/", "[::1]"]) {
    assertEquals(normalIPv6(text), undefined, text);
  }
});
