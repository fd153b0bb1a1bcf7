/**
 * GET and HEAD of a file: its fields, its names, its content (DESIGN.md section 4).
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { test } from "../support/protocols.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { assertAnswer, Download, get, makeLargeFile, sha256, sharedServer } from "./wire_support.ts";

const LARGE = 20 * 1024 * 1024;
const text = "Zwölf Boxkämpfer\n";

/** Content that repeats at no power of two, so that a piece at a wrong place is noticed. */
function pattern(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7 + (i >> 16)) & 0xff;
  return bytes;
}
const large = pattern(LARGE);

const NAMES = [
  "with space.txt",
  "ümläut.txt",
  "日本.txt",
  "100%.txt",
  "a+b.txt",
  "q?x.txt",
  "h#x.txt",
  "e&=;,.txt",
];

const server = await sharedServer({
  config: "access_log: off\nservers: [{ listen: LISTEN, root: . }]\n",
  files: {
    "ok.txt": "fine",
    "page.html": text,
    "style.css": "a{}",
    "code.js": "x",
    "code.mjs": "x",
    "data.json": "{}",
    "picture.png": new Uint8Array([0x89, 0x50]),
    "picture.SVG": "<svg/>",
    "film.mp4": "mp4",
    "code.wasm": "wasm",
    "notes.md": "# x",
    "unknown.zzz": "?",
    "none": "?",
    "empty.txt": "",
    "large.bin": large,
    ...Object.fromEntries(NAMES.map((name) => [`names/${name}`, name])),
    "names/ü folder/index.html": "folder",
  },
});

const TYPES: Readonly<Record<string, string | RegExp>> = {
  "page.html": "text/html; charset=utf-8",
  "style.css": "text/css; charset=utf-8",
  "code.js": "text/javascript; charset=utf-8",
  "code.mjs": "text/javascript; charset=utf-8",
  "data.json": "application/json",
  "picture.png": "image/png",
  "picture.SVG": "image/svg+xml",
  "film.mp4": "video/mp4",
  "code.wasm": "application/wasm",
  "notes.md": "text/markdown; charset=utf-8",
  "unknown.zzz": "text/plain; charset=utf-8",
  "none": "text/plain; charset=utf-8",
};

for (const [name, type] of Object.entries(TYPES)) {
  test(`the type of ${name} is ${type}`, async () => {
    const response = await exchange(server.port, get(`/${name}`));
    assertEquals([response?.status, response?.field("content-type")], [200, type]);
  });
}

test("a file is sent with its fields, each once", async () => {
  const before = Date.now();
  const response = await exchange(server.port, get("/page.html"));
  assert(response);
  const bytes = new TextEncoder().encode(text);
  assertEquals(response.body, bytes);
  const names = response.fields.map(([name]) => name.toLowerCase()).sort();
  assertEquals(names, [
    "accept-ranges",
    "cache-control",
    "content-length",
    "content-type",
    "date",
    "etag",
    "last-modified",
    "server",
    "x-content-type-options",
  ]);
  assertEquals(response.field("content-length"), String(bytes.length));
  assertEquals(response.field("accept-ranges"), "bytes");
  assertMatch(response.field("etag")!, /^"[^"]+"$/);
  const DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
  assertMatch(response.field("date")!, DATE);
  assertMatch(response.field("last-modified")!, DATE);
  const modified = Deno.statSync(`${server.folder}/page.html`).mtime!.getTime();
  assertEquals(Date.parse(response.field("last-modified")!), Math.floor(modified / 1000) * 1000);
  const date = Date.parse(response.field("date")!);
  assert(date >= Math.floor(before / 1000) * 1000 && date <= Date.now(), `${date} is not now`);
});

test("HEAD has the fields of GET and no content, for small, large and empty files", async () => {
  for (const path of ["/page.html", "/large.bin", "/empty.txt"]) {
    using client = await WireClient.connect(server.port);
    await client.get(path);
    const full = await client.response();
    await client.send(`HEAD ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const head = await client.response("HEAD");
    const withoutDate = (fields: typeof full) => fields?.fields.filter(([name]) => !/^date$/i.test(name));
    assertEquals(withoutDate(head), withoutDate(full));
    // The connection is still in step.
    await client.get("/ok.txt");
    assertEquals((await client.response())?.text, "fine");
  }
});

test("an empty file has a length of 0", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/empty.txt");
  const response = await client.response();
  assertEquals([response?.status, response?.field("content-length"), response?.text], [200, "0", ""]);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
});

test("file names of all kinds are found by their encoded form", async () => {
  for (const name of NAMES) {
    const response = await exchange(server.port, get(`/names/${encodeURIComponent(name)}`));
    assertEquals([response?.status, new TextDecoder().decode(response?.body)], [200, name]);
  }
});

test("a plus sign is itself and no space", async () => {
  assertEquals((await exchange(server.port, get("/names/a+b.txt")))?.text, "a+b.txt");
  assertEquals((await exchange(server.port, get("/names/with+space.txt")))?.status, 404);
});

test("a query does not belong to the name", async () => {
  assertEquals((await exchange(server.port, get("/ok.txt?v=1&x=/..")))?.text, "fine");
});

test("the index of a folder with a strange name is found", async () => {
  assertEquals((await exchange(server.port, get("/names/%C3%BC%20folder/")))?.text, "folder");
});

test("names with the other Unicode form are other names", async () => {
  // "ü" as u and a combining diaeresis.
  assertEquals((await exchange(server.port, get("/names/u%CC%88mla%CC%88ut.txt")))?.status, 404);
});

test("a large file arrives whole, and its connection stays", async () => {
  using download = await Download.start(server.port, get("/large.bin"));
  assertEquals(download.length, LARGE);
  assertEquals(await download.digest(), sha256(large));
  assert(await download.canGoOn());
});

test("a range of a large file is the right part of it", async () => {
  for (
    const [start, end] of [[0, 1], [65_535, 65_537], [1_000_003, 9_000_001], [LARGE - 1, LARGE]] as const
  ) {
    using download = await Download.start(
      server.port,
      get("/large.bin", `Range: bytes=${start}-${end - 1}\r\n`),
    );
    assertMatch(download.head, new RegExp(`^Content-Range: bytes ${start}-${end - 1}/${LARGE}\r$`, "m"));
    assertEquals(await download.digest(), sha256(large.subarray(start, end)));
    assert(await download.canGoOn());
  }
});

test("files of sizes around the buffers' arrive whole", async () => {
  const KIB = 1024;
  using client = await WireClient.connect(server.port);
  for (const edge of [2, 64, 128, 256, 512]) {
    for (const size of [edge * KIB - 300, edge * KIB - 1, edge * KIB, edge * KIB + 1]) {
      const content = large.subarray(0, size);
      Deno.writeFileSync(`${server.folder}/sized.bin`, content);
      await client.get("/sized.bin");
      const response = await client.response();
      assertEquals(sha256(response!.body), sha256(content), `size ${size}`);
    }
  }
});

test("a place behind 4 GiB is found", async () => {
  const size = 5 * 1024 ** 3, at = 4 * 1024 ** 3 + 12345, mark = `mark at ${at};`;
  makeLargeFile(`${server.folder}/huge.bin`, size, [at]);
  const last = at + mark.length - 1;
  const response = await exchange(server.port, get("/huge.bin", `Range: bytes=${at}-${last}\r\n`));
  assertEquals(response?.text, mark);
  assertEquals(response?.field("content-range"), `bytes ${at}-${last}/${size}`);
  const head = await exchange(server.port, "HEAD /huge.bin HTTP/1.1\r\nHost: localhost\r\n\r\n", "HEAD");
  assertEquals(head?.field("content-length"), String(size));
});

test({
  name: "what is neither file nor folder is 404, and nothing waits for it",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { success } = await new Deno.Command("mkfifo", { args: [`${server.folder}/pipe.txt`] }).output();
    assert(success);
    using client = await WireClient.connect(server.port);
    await client.get("/pipe.txt");
    await assertAnswer(server, client, { status: 404, fate: "open" });
    await Deno.remove(`${server.folder}/pipe.txt`);
  },
});
