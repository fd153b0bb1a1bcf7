import { assertEquals } from "@std/assert";
import { destinationOf } from "../../lib/http/destination.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { FieldBlock } from "../../lib/http/fields.ts";

function destined(value: string | undefined, host = "example.com"): string | number {
  const fields = FieldBlock.of(
    ["Host", host],
    ...value === undefined ? [] : [["Destination", value] as const],
  );
  const path = destinationOf({ fields, tls: undefined, forwarded: undefined });
  return path instanceof HttpError ? path.status : path;
}

for (
  const [written, path, host] of [
    ["/a", "/a"],
    ["/a/b%20c%2525/", "/a/b c%25/"],
    ["http://example.com/a", "/a"],
    ["HTTP://EXAMPLE.com/a", "/a"],
    ["http://example.com:80/a", "/a"],
    ["https://example.com/a", "/a"],
    ["https://example.com:443/a", "/a"],
    ["http://example.com:8080/a", "/a", "example.com:8080"],
    ["http://[::1]:8080/a", "/a", "[::1]:8080"],
    ["http://example.com", "/"],
    ["/a?b#c", "/a"],
    ["/a/../b/./c", "/b/c"],
    ["http://example.com:8080/a", 502],
    ["http://other.com/a", 502],
    ["http://user@example.com/a", 502],
    ["https://example.com:80/a", 502],
    ["//example.com/a", 400],
    ["ftp://example.com/a", 400],
    ["a", 400],
    ["/a, /b", 400],
    ["", 400],
    ["*", 400],
    ["/a%zz", 400],
    ["/a%00", 400],
    ["/../a", 404],
    [undefined, 400],
  ] as const
) {
  Deno.test(`destinationOf() of ${written} is ${path}${host === undefined ? "" : ` for ${host}`}`, () => {
    assertEquals(destined(written, host), path);
  });
}
