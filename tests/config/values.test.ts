import { assertEquals, assertThrows } from "@std/assert";
import { parseLocationPath, parseServerName } from "../../lib/config/names.ts";
import { parseAddress, parseDuration, parseReturn, parseSize, ValueError } from "../../lib/config/values.ts";

/** Each input with its value, or with a part of the message that refuses it. */
function table<T>(
  name: string,
  parse: (text: string) => T,
  good: Readonly<Record<string, T>>,
  bad: Readonly<Record<string, string>>,
): void {
  for (const [text, value] of Object.entries(good)) {
    Deno.test(`${name}() reads ${JSON.stringify(text)}`, () => assertEquals(parse(text), value));
  }
  for (const [text, message] of Object.entries(bad)) {
    Deno.test(`${name}() refuses ${JSON.stringify(text)}`, () => {
      assertThrows(() => parse(text), ValueError, message);
    });
  }
}

const SIZE = "expected a size such as 512, 8k, 10M or 2G, not ";
table("parseSize", parseSize, {
  "512": 512,
  "1": 1,
  "0": Infinity,
  "0k": Infinity,
  "8k": 8192,
  "8K": 8192,
  "10M": 10_485_760,
  "2G": 2_147_483_648,
  "2g": 2_147_483_648,
  "007": 7,
}, {
  "": SIZE + '""',
  "10X": SIZE + '"10X"',
  "10MB": SIZE,
  "1.5M": SIZE,
  "-1": SIZE,
  "+1": SIZE,
  " 1": SIZE,
  "1 k": SIZE,
  "k": SIZE,
  "1e3": SIZE,
  "0x10": SIZE,
  "99999999999999999999": SIZE,
  "9007199254740992": SIZE,
  "9999999999G": SIZE,
});

const TIME = "such as 500ms, 10s, 2m or 1h, not ";
table("parseDuration", parseDuration, {
  "500ms": 500,
  "10s": 10_000,
  "2m": 120_000,
  "1h": 3_600_000,
  "0s": 0,
}, {
  "10": 'expected a time with its unit (ms, s, m or h) such as 500ms, 10s, 2m or 1h, not "10"',
  "0": "with its unit",
  "": "expected a time " + TIME,
  "s": TIME,
  "1.5s": TIME,
  "-1s": TIME,
  "10 s": TIME,
  "10S": TIME,
  "1d": TIME,
  "99999999999999h": TIME,
});

table("parseAddress", parseAddress, {
  "8080": { hostname: "127.0.0.1", port: 8080, tls: false },
  "0": { hostname: "127.0.0.1", port: 0, tls: false },
  "65535": { hostname: "127.0.0.1", port: 65535, tls: false },
  "0.0.0.0:8081": { hostname: "0.0.0.0", port: 8081, tls: false },
  "*:8080": { hostname: "0.0.0.0", port: 8080, tls: false },
  "[::1]:8080": { hostname: "::1", port: 8080, tls: false },
  "[::]:0": { hostname: "::", port: 0, tls: false },
  "[2001:DB8::0:1]:80": { hostname: "2001:db8::1", port: 80, tls: false },
  "LocalHost:8080": { hostname: "127.0.0.1", port: 8080, tls: false },
  "a.localhost:8080": { hostname: "127.0.0.1", port: 8080, tls: false },
  "my-localhost:8080": { hostname: "my-localhost", port: 8080, tls: false },
  "[0:0:0:0:0:0:0:1]:8080": { hostname: "::1", port: 8080, tls: false },
  "my-host.example.test:80": { hostname: "my-host.example.test", port: 80, tls: false },
}, {
  "": "expected an address",
  "65536": "expected a port from 0 to 65535",
  "localhost:65536": "expected a port from 0 to 65535",
  "localhost:": "expected a port from 0 to 65535",
  "localhost:80a": "expected a port",
  "localhost:-1": "expected a port",
  "localhost": 'with a port such as "localhost:8080"',
  "[::1]": 'with a port such as "[::1]:8080"',
  ":8080": "expected an address",
  "::1": "expected an address",
  "::1:8080": "expected an address",
  "[]:80": "expected an address",
  "[::1:80": "expected an address",
  "[x]:80": "expected an address",
  "[::1%eth0]:80": "expected an address",
  "[::1]@[::2]:80": "expected an address",
  "256.0.0.1:80": "expected an address",
  "1.2.3:80": "expected an address",
  "a b:80": "expected an address",
  "-a:80": "expected an address",
  "a..b:80": "expected an address",
  "http://localhost:80": "expected a port",
});

table<unknown>("parseReturn", parseReturn, {
  "301 /new": { status: 301, location: "/new" },
  "308  https://example.test/a?b=c#d": { status: 308, location: "https://example.test/a?b=c#d" },
  "302 /grün": { status: 302, location: "/gr%C3%BCn" },
  "200 some  text": { status: 200, body: "some  text" },
  "301 /new\n": { status: 301, location: "/new" },
  "200 with a line end\n": { status: 200, body: "with a line end\n" },
  " 404 ": { status: 404 },
  "404": { status: 404 },
  "204": { status: 204 },
  "304": { status: 304 },
  "410 gone\nfor good": { status: 410, body: "gone\nfor good" },
}, {
  "": "expected a code and what it takes",
  "/new": "expected a code and what it takes",
  "0301 /new": "expected a code and what it takes",
  "301": '301 needs a target, such as "301 /new"',
  "303 /a b": "expected a path or an address to redirect to",
  "303 /a\tb": "expected a path or an address to redirect to",
  "307 $scheme://x": "knows no variables",
  "204 text": "204 has no content",
  "205 text": "205 has no content",
  "304 text": "304 has no content",
  "100": "from 200 to 599",
  "199": "from 200 to 599",
  "600": "from 200 to 599",
  "206 part": "from 200 to 599",
});

table("parseServerName", parseServerName, {
  "localhost": "localhost",
  "Example.TEST": "example.test",
  "example.test.": "example.test",
  "*.Example.test": "*.example.test",
  "a_b-c.x": "a_b-c.x",
  "127.0.0.1": "127.0.0.1",
  "::1": "[::1]",
  "[0::1]": "[::1]",
}, {
  "": "answers every other name anyway",
  "*": "answers every other name anyway",
  "*.": "expected a server name",
  "*.*.test": 'with "*." only at its start',
  "www.*": 'with "*." only at its start',
  "a:80": "without a port",
  ".example.test": "expected a server name",
  "example..test": "expected a server name",
  "a/b": "expected a server name",
});

table<unknown>("parseLocationPath", parseLocationPath, {
  "/": { key: "/", match: "prefix", path: "/" },
  "/app/": { key: "/app/", match: "prefix", path: "/app/" },
  "= /x": { key: "= /x", match: "exact", path: "/x" },
  "=/x": { key: "= /x", match: "exact", path: "/x" },
  "/a%20b%3F": { key: "/a%20b%3F", match: "prefix", path: "/a b?" },
  "/...": { key: "/...", match: "prefix", path: "/..." },
  "/.well-known/": { key: "/.well-known/", match: "prefix", path: "/.well-known/" },
}, {
  "": "expected a path such as",
  "app": "expected a path such as",
  "~ \\.php$": "patterns and names are not known here",
  "^~ /x": "patterns and names are not known here",
  "/a?b": "without a query",
  "/a//": 'without "//"',
  "/./a": 'without "." or ".." as a segment',
  "/a/%2E%2e": 'without "." or ".." as a segment',
  "/a%00": "without control characters",
  "/a\\b": "without control characters",
  "/a%5Cb": "without an encoded slash or backslash",
  "/%ff": "with valid percent-encoding",
});
