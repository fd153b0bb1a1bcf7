/**
 * What lies in a bucket is answered as what lies in a folder: the same requests, the same answers, from a location of each
 * kind with the same content. The storage is a real one (Ceph's radosgw).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Ask, ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { needsStorage, testBucket } from "../support/storage.ts";
import type { WireResponse } from "../support/wire.ts";

const LONG = Array.from({ length: 40_000 }, (_, index) => `line ${index} of a longer text\n`).join("");

const FILES: Readonly<Record<string, string>> = {
  "index.html": "<!doctype html><title>Home</title><p>Home",
  "a.txt": "0123456789abcdefghijklmnopqrstuvwxyz",
  "empty.txt": "",
  "style.css": `body { color: red }\n${"/* nothing */\n".repeat(100)}`,
  "long.txt": LONG,
  "noname": "plain text without an extension\n",
  "binary": "\x00\x01\x02\x03",
  "data.json": '{"a": 1}',
  "page.md": "# A page\n\nwith *words*.\n",
  "x.foo": "foo",
  "dir/index.html": "<p>a folder's index",
  "list/b.txt": "b",
  "list/a.txt": "aaaa",
  "list/ü and +.txt": "named",
  "list/100%.txt": "percent",
  "list/sub/deep.txt": "deep",
  "list/README.md": "# Read me\n",
  "side.js": "plain();\n".repeat(200),
  "pretty.html": "<p>pretty",
  "404.html": "<p>not here",
};

const LOCATION = `autoindex: on, index: [index.html], types: { .foo: text/x-foo }, ` +
  `cache_control: { "*.css": "max-age=60" }, error_page: { 404: PLACE404.html }, try_files: [$uri, $uri/, $uri.html, =404]`;

/** Of both: whatever says when it was stored, and by what it is known, is each one's own. */
const OWN = /^(?:date|server|etag|last-modified|content-length|connection|transfer-encoding)$/;

/** One request, by words for people. */
const CASES: readonly (readonly [path: string, fields?: Ask["fields"], method?: string])[] = [
  ["a.txt"],
  ["a.txt", {}, "HEAD"],
  ["empty.txt"],
  ["empty.txt", { Range: "bytes=0-" }],
  ["noname"],
  ["binary"],
  ["data.json"],
  ["x.foo"],
  ["style.css"],
  ["style.css", { "Accept-Encoding": "gzip" }, "HEAD"],
  ["long.txt"],
  ["long.txt", { Range: "bytes=500000-500099" }],
  ["a.txt", { Range: "bytes=0-3" }],
  ["a.txt", { Range: "bytes=-3" }],
  ["a.txt", { Range: "bytes=30-" }],
  ["a.txt", { Range: "bytes=99-" }],
  ["a.txt", { Range: "bytes=0-1,5-6,-2" }],
  ["long.txt", { Range: "bytes=0-9,100000-100009,-10" }],
  ["a.txt", { Range: "lines=1-2" }],
  ["a.txt", { Range: "bytes=0-3" }, "HEAD"],
  ["a.txt", { "If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT" }],
  ["a.txt", { "If-Modified-Since": "Sat, 01 Jan 2000 00:00:00 GMT" }],
  ["a.txt", { "If-Unmodified-Since": "Sat, 01 Jan 2000 00:00:00 GMT" }],
  ["a.txt", { "If-None-Match": "*" }],
  ["a.txt", { "If-None-Match": '"other"' }],
  ["a.txt", { "If-Match": '"other"' }],
  ["a.txt", { "If-Match": "*" }],
  ["a.txt", { Range: "bytes=0-3", "If-Range": '"other"' }],
  ["a.txt/"],
  ["a.txt", {}, "DELETE"],
  ["a.txt", {}, "POST"],
  ["a.txt", {}, "OPTIONS"],
  ["dir"],
  ["dir/"],
  ["dir/", {}, "HEAD"],
  ["list"],
  ["list/", { Accept: "application/json" }],
  ["list/?sort=name&order=desc", { Accept: "application/json" }],
  ["list/?sort=size&order=asc", { Accept: "application/json" }],
  ["list/?q=deep", { Accept: "application/json" }],
  ["list/%C3%BC%20and%20+.txt"],
  ["list/%C3%BC%20and%20%2B.txt"],
  ["list/100%25.txt"],
  ["list/100%.txt"],
  ["list/%2e%2e/a.txt"],
  ["list/..%2fa.txt"],
  ["list//a.txt"],
  ["list/.hidden"],
  ["list/sub/deep.txt"],
  ["page.md", { Accept: "text/html" }],
  ["page.md", { Accept: "text/plain" }],
  ["page.md?raw", { Accept: "text/html" }],
  ["pretty"],
  ["missing.txt"],
  ["missing/", { Accept: "text/html" }],
  ["missing.txt", {}, "HEAD"],
  ["side.js", { "Want-Repr-Digest": "sha-256=10" }],
  [""],
];

async function start(): Promise<TestServer> {
  const bucket = await testBucket();
  for (const [name, content] of Object.entries(FILES)) {
    await bucket.client.put(bucket.name, `site/${name}`, new TextEncoder().encode(content));
  }
  const location = (place: string) => LOCATION.replaceAll("PLACE", place);
  return await startServer({
    config: `error_log: errors.log
access_log: access.log
buckets: { data: ${bucket.settings} }
servers:
  - listen: LISTEN
    locations:
      /folder/: { alias: site, ${location("/folder/")} }
      /bucket/: { bucket: data/site, ${location("/bucket/")} }
`,
    files: Object.fromEntries(Object.entries(FILES).map(([name, content]) => [`site/${name}`, content])),
  });
}

/** What has to be the same. The place of the location is taken for the other's. */
function comparable({ status, fields, body }: WireResponse, method: string): unknown {
  const boundary = /boundary=(\S+)/.exec(fieldOf(fields, "content-type") ?? "")?.[1];
  const same = (text: string) => {
    const named = text.replaceAll("/bucket/", "/folder/");
    return boundary === undefined ? named : named.replaceAll(boundary, "BOUNDARY");
  };
  const kept = fields.map(([name, value]) => [name.toLowerCase(), same(value)] as const)
    .filter(([name]) => !OWN.test(name)).sort(([a], [b]) => a < b ? -1 : 1);
  const text = method === "HEAD" ? "" : new TextDecoder().decode(body);
  // When something was stored, in a list; a folder in a bucket has no time.
  const content = same(text).replaceAll(/"modified": (?:null|"[^"]*")/g, '"modified": T');
  return { status, fields: kept, content };
}

function fieldOf(fields: WireResponse["fields"], name: string): string | undefined {
  return fields.find(([other]) => other.toLowerCase() === name)?.[1];
}

test({
  ...needsStorage("a bucket is answered as a folder with the same content"),
  async fn(context) {
    await using server = await start();
    for (const [path, fields = {}, method = "GET"] of CASES) {
      await context.step(`${method} ${path} ${JSON.stringify(fields)}`, async () => {
        const of = async (place: string) =>
          comparable(await ask(server.port, `/${place}/${path}`, { method, fields }), method);
        assertEquals(await of("bucket"), await of("folder"));
      });
    }
    for (const path of ["a.txt", "long.txt", "empty.txt"]) {
      await context.step(`the tag of ${path} is known again`, async () => {
        const target = `/bucket/${path}`, first = await ask(server.port, target);
        const etag = fieldOf(first.fields, "etag")!, modified = fieldOf(first.fields, "last-modified")!;
        const status = async (fields: NonNullable<Ask["fields"]>) =>
          (await ask(server.port, target, { fields })).status;
        assertEquals(await status({ "If-None-Match": etag }), 304);
        assertEquals(await status({ "If-None-Match": `"x", ${etag}` }), 304);
        assertEquals(await status({ "If-Match": etag }), 200);
        assertEquals(await status({ "If-Modified-Since": modified }), 304);
        assertEquals(await status({ "If-Unmodified-Since": modified }), 200);
        if (path !== "empty.txt") {
          assertEquals(await status({ Range: "bytes=0-0", "If-Range": etag }), 206);
        }
      });
    }
    const warnings = server.output().stderr.split("\n").filter((line) => line.startsWith("warning: "));
    assertEquals(warnings.length, 1, warnings.join("\n"));
    assert(warnings[0]!.includes("the secret stands in the file"));
    assertEquals(await Deno.readTextFile(`${server.folder}/errors.log`).catch(() => ""), "");
  },
});
