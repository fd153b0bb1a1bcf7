import { assertEquals } from "@std/assert";
import { requestTarget } from "../../lib/proxy/request_target.ts";
import { decodePath } from "../../lib/http/path.ts";
import { decodePathForUpstream } from "../../lib/http/upstream_path.ts";
import { requestHead } from "../../lib/http1/request_writer.ts";
import { FieldBlock } from "../../lib/http/fields.ts";

/** What is asked of an upstream for a path below a location. */
function targetOf(sent: string, location: string, uri?: string, query?: string): string {
  const decoded = decodePath(sent);
  const path = decoded.startsWith("/") ? decoded : decodePathForUpstream(sent)!.path;
  const target = requestTarget({ path, sent, prefix: location.length, query }, uri);
  requestHead({
    method: "GET",
    target,
    fields: FieldBlock.of(["Host", "x"]),
    body: { kind: "none" },
    upgrades: false,
  });
  return target;
}

Deno.test("without a path behind the host the path passes as it was sent", () => {
  for (
    const path of [
      "/",
      "/a/b",
      "/a%2Fb",
      "/a//b/../c/./d",
      "/%41%7e",
      "/%E4",
      "/a%5Cb",
      "/.git/x",
      "/a;b=c,d",
      "/a/..",
      "/a|b{c}",
    ]
  ) assertEquals(targetOf(path, "/"), path);
  assertEquals(targetOf("/a", "/", undefined, "x=%2F&y?"), "/a?x=%2F&y?");
  assertEquals(targetOf("/a", "/", undefined, ""), "/a?");
});

const REPLACED: readonly (readonly [sent: string, location: string, uri: string, expected: string])[] = [
  ["/api/x", "/api/", "/v1/", "/v1/x"],
  ["/api/", "/api/", "/v1/", "/v1/"],
  ["/api/x", "/api/", "/", "/x"],
  ["/api/x", "/api", "/", "//x"],
  ["/api/x", "/api", "/v1", "/v1/x"],
  ["/api", "/api", "/v1", "/v1"],
  ["/apix", "/api", "/v1/", "/v1/x"],
  ["/x", "/", "/v1/", "/v1/x"],
  ["/api/x%2Fy%20z", "/api/", "/v1/", "/v1/x%2Fy%20z"],
  ["/api/%41", "/api/", "/v1/", "/v1/%41"],
  ["/%61pi/x y".replace(" ", "%20"), "/api/", "/v1/", "/v1/x%20y"],
  ["/api/a/../b", "/api/", "/v1/", "/v1/b"],
  ["/api/%2e/b", "/api/", "/v1/", "/v1/b"],
  ["/other/../api/b", "/api/", "/v1/", "/v1/b"],
  ["//api//b", "/api/", "/v1/", "/v1/b"],
  ["/api/x:y", "/api/", "/v1/", "/v1/x:y"],
  ["/api/%C3%A9/../%C3%A9", "/api/", "/v1/", "/v1/%C3%A9"],
];

for (const [sent, location, uri, expected] of REPLACED) {
  Deno.test(`${sent} in ${location} to ${uri} is ${expected}`, () =>
    assertEquals(targetOf(sent, location, uri), expected));
}

Deno.test("a path that was chosen here is encoded anew", () => {
  const path = { path: "/a b/c%d", sent: undefined, prefix: 3, query: "q" };
  assertEquals(requestTarget(path, undefined), "/a%20b/c%25d?q");
  assertEquals(requestTarget(path, "/x"), "/x/c%25d?q".replace("/x/", "/xb/"));
});
