import { assertEquals, assertThrows } from "@std/assert";
import { authorityOf, pathOf, serverOf } from "../../lib/s3/addressing.ts";
import type { BucketSettings } from "../../lib/s3/storage.ts";
import { SETTINGS } from "./fake_client.ts";

type Expected = [
  changes: Partial<BucketSettings>,
  host: string,
  path: string,
  hostname: string,
  port: number,
];

const CASES: Readonly<Record<string, Expected>> = {
  "in the path": [{}, "127.0.0.1:7480", "/films/a%20b", "127.0.0.1", 7480],
  "before the host's name": [
    { pathStyle: false, authority: "s3.example.com", tls: true },
    "films.s3.example.com",
    "/a%20b",
    "films.s3.example.com",
    443,
  ],
  "with the scheme's port": [
    { authority: "s3.example.com" },
    "s3.example.com",
    "/films/a%20b",
    "s3.example.com",
    80,
  ],
  "an IPv6 address": [{ authority: "[::1]:9000", tls: true }, "[::1]:9000", "/films/a%20b", "::1", 9000],
};

for (const [what, [changes, host, path, hostname, port]] of Object.entries(CASES)) {
  Deno.test(`where a bucket is asked: ${what}`, () => {
    const settings = { ...SETTINGS, ...changes };
    assertEquals([authorityOf(settings), pathOf(settings, "a b")], [host, path]);
    assertEquals(serverOf(settings), { address: { hostname, port }, tls: settings.tls, hostname });
  });
}

Deno.test("the bucket itself, and what is no host", () => {
  assertEquals(pathOf(SETTINGS, undefined), "/films/");
  assertEquals(pathOf({ ...SETTINGS, pathStyle: false }, undefined), "/");
  assertThrows(() => serverOf({ ...SETTINGS, authority: "a b" }), TypeError);
});
