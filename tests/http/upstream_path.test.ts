import { assertEquals } from "@std/assert";
import { decodePathForUpstream } from "../../lib/http/upstream_path.ts";

const CASES: readonly (readonly [raw: string, path: string | undefined, namesEnd?: number])[] = [
  ["/", "/", 0],
  ["/a/b", "/a/b", 4],
  ["/a%2Fb", "/a/b", 0],
  ["/x/a%2Fb/c", "/x/a/b/c", 2],
  ["/x/a%5cb", "/x/a\\b", 2],
  ["/x/.git/a", "/x/.git/a", 9],
  ["/x//./y/../z/", "/x/z/", 4],
  ["/%E4/x", "/ä/x", 4],
  ["/%C3%A4/x", "/ä/x", 4],
  ["/a%zz", undefined],
  ["/a%", undefined],
  ["/a%00", undefined],
  ["/a\\b", undefined],
  ["/..", undefined],
  ["/a/../../b", undefined],
  ["/a/%2e%2e/%2e%2e/b", undefined],
  ["/a/..%2fb", undefined],
  ["/a/b%2f..%2fc", undefined],
  ["/a/x%2f%2e", undefined],
  ["/a/..%5cb", undefined],
  ["/.webserv/ca", undefined],
  ["/x/../.webserv/ca", undefined],
  ["*", undefined],
  ["", undefined],
];

for (const [raw, path, namesEnd] of CASES) {
  Deno.test(`decodePathForUpstream(${JSON.stringify(raw)}) is ${path}`, () => {
    assertEquals(
      decodePathForUpstream(raw),
      path === undefined ? undefined : { path: path as "/", namesEnd: namesEnd! },
    );
  });
}
