import { assertEquals } from "@std/assert";
import { parseForwarded, parseNode, plainElements } from "../../lib/http/forwarded.ts";
import { assertLinear, hostile } from "../support/linear.ts";

Deno.test("a node is an address, with a port or without", () => {
  const nodes: Record<string, [string, number] | undefined> = {
    "192.0.2.1": ["192.0.2.1", 0],
    "192.0.2.1:4711": ["192.0.2.1", 4711],
    "192.0.2.1:_hidden": ["192.0.2.1", 0],
    "192.0.2.1:99999": ["192.0.2.1", 0],
    "192.0.2.1:": ["192.0.2.1", 0],
    "[2001:DB8::1]": ["2001:db8::1", 0],
    "[2001:db8::1]:80": ["2001:db8::1", 80],
    "2001:db8::1": ["2001:db8::1", 0],
    "[::ffff:192.0.2.1]:80": ["192.0.2.1", 80],
    "unknown": undefined,
    "_hidden": undefined,
    "_hidden:80": undefined,
    "localhost": undefined,
    "[192.0.2.1]": undefined,
    "[2001:db8::1": undefined,
    "[2001:db8::1]80": undefined,
    "[fe80::1%eth0]": undefined,
    "192.0.2.1, 192.0.2.2": undefined,
    "": undefined,
  };
  for (const [text, node] of Object.entries(nodes)) {
    assertEquals(parseNode(text), node && { hostname: node[0], port: node[1] }, text);
  }
});

Deno.test("X-Forwarded-For is a list without quotes, in which nothing may be an element", () => {
  assertEquals(plainElements(' 192.0.2.1 ,, "[::1]:80",\tunknown ,'), ["192.0.2.1", "[::1]:80", "unknown"]);
  assertEquals(plainElements(""), []);
});

Deno.test("a line of Forwarded is a list of elements of parameters", () => {
  const lines: Record<string, Record<string, string>[] | undefined> = {
    // The examples of RFC 7239.
    'for="_gazonk"': [{ for: "_gazonk" }],
    'For="[2001:db8:cafe::17]:4711"': [{ for: "[2001:db8:cafe::17]:4711" }],
    "for=192.0.2.60;proto=http;by=203.0.113.43": [{ for: "192.0.2.60", proto: "http", by: "203.0.113.43" }],
    "for=192.0.2.43, for=198.51.100.17": [{ for: "192.0.2.43" }, { for: "198.51.100.17" }],
    'for=192.0.2.43,for="[2001:db8:cafe::17]",for=unknown': [
      { for: "192.0.2.43" },
      { for: "[2001:db8:cafe::17]" },
      { for: "unknown" },
    ],
    "for=_hidden, for=_SEVKISEK": [{ for: "_hidden" }, { for: "_SEVKISEK" }],
    // Quotes hide what divides.
    'for="a,b;c=\\"d\\\\",host="x"': [{ for: 'a,b;c="d\\' }, { host: "x" }],
    'host="a.test:8080";secret=x': [{ host: "a.test:8080", secret: "x" }],
    // Nothing between the signs.
    ",,for=1.1.1.1,, ;proto=https; ,": [{ for: "1.1.1.1" }, { proto: "https" }],
    "": [],
    // What many write.
    "for=1.1.1.1; proto=https": [{ for: "1.1.1.1", proto: "https" }],
    "for=1.1.1.1:80, for=[::1]:80": [{ for: "1.1.1.1:80" }, { for: "[::1]:80" }],
    // Broken.
    'for="1.1.1.1': undefined,
    'for="1.1.1.1\\"': undefined,
    'for="a"b': undefined,
    'for=", for="2.2.2.2"': undefined,
    "for=1.1.1.1;for=2.2.2.2": undefined,
    "for=1.1.1.1;FOR=2.2.2.2": undefined,
    "for =1.1.1.1": undefined,
    "for= 1.1.1.1": undefined,
    "for": undefined,
    "for=": undefined,
    "=1.1.1.1": undefined,
    "1.1.1.1": undefined,
    "for=1.1.1.1 for=2.2.2.2": undefined,
    "for=1.1.1.1;proto=http/x": undefined,
  };
  for (const [line, elements] of Object.entries(lines)) {
    assertEquals(parseForwarded(line)?.map((element) => Object.fromEntries(element)), elements, line);
  }
});

Deno.test("what is hostile to a parser takes no longer than it is long", () => {
  for (const piece of [",", ";", 'for="', "\\", 'for="\\', "for=1;", " ", "for=1,", '"']) {
    const text = hostile(piece);
    assertLinear(() => {
      parseForwarded(text);
      parseForwarded(`for="${text}`);
      plainElements(text);
    }, `Forwarded of ${piece}`);
  }
});
