/** In which coding a file is sent, and what is said of it. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { decoded } from "../support/coded.ts";
import type { BodySource } from "../../lib/http/message.ts";
import { requestFor, site, type SiteAnswer, type SiteRequest, type TestSite } from "../support/site.ts";
import { toBytes } from "../support/wire.ts";

const LONG = "a line of text that comes again\n".repeat(20);
const BROWSER = "gzip, deflate, br, zstd";
/** Not every runtime has zstd. */
const BEST = (await new SystemCompression().load()).has("zstd") ? "zstd" : "br";

/** Coding, content and Vary of an answer; what lies beside a file is no coded content here, and says what it is. */
function shown({ status, fields, text }: SiteAnswer): string {
  const coding = fields.get("content-encoding"), isBeside = text.startsWith("beside");
  const content = isBeside || text === "" || coding === undefined
    ? text
    : new TextDecoder().decode(decoded(toBytes(text), coding));
  const words = [status === 200 ? "" : String(status), coding ?? "plain"];
  words.push(content === LONG ? "LONG" : content.length > 40 ? "page" : content);
  if (fields.joined("vary") === "Accept-Encoding") words.push("vary");
  return words.filter((word) => word !== "").join(" ");
}

const accepting = (value: string | undefined, fields: Record<string, string> = {}): SiteRequest => ({
  fields: { ...value !== undefined && { "Accept-Encoding": value }, ...fields },
});

type Case = readonly [target: string, accept: string | undefined, expected: string];

async function check(server: TestSite, cases: readonly Case[]): Promise<void> {
  for (const [target, accept, expected] of cases) {
    for (const time of ["first", "second"]) {
      const what = `${target} "${accept}", the ${time} time`;
      assertEquals(shown(await server.ask(target, accepting(accept))), expected, what);
    }
  }
}

const yaml = (keys = "") => `servers: [{ listen: 8080, root: root, ${keys} }]`;

/** Sets the time of a file, which is 0 otherwise. */
function touch({ files }: TestSite, path: string, modified: number): void {
  const node = files.nodes.get(`/site/root/${path}`)!;
  node.stat = { ...node.stat, modified };
}

Deno.test("a file is sent in the coding that its client likes most, then in the order of the configuration", async () => {
  const files = { "root/a.js": LONG, "root/short.js": "short", "root/a.png": LONG };
  await check(site(yaml(), files), [
    ["/a.js", undefined, "plain LONG vary"],
    ["/a.js", "", "plain LONG vary"],
    ["/a.js", BROWSER, `${BEST} LONG vary`],
    ["/a.js", "gzip, br", "br LONG vary"],
    ["/a.js", "x-gzip", "gzip LONG vary"],
    ["/a.js", "gzip;q=0.9, br;q=0.8", "gzip LONG vary"],
    ["/a.js", "gzip;q=0.5, identity", "plain LONG vary"],
    ["/a.js", "identity;q=0", "plain LONG vary"],
    ["/a.js", "nothing;q=x", "plain LONG vary"],
    ["/short.js", BROWSER, "plain short"],
    ["/a.png", BROWSER, "plain LONG"],
  ]);
  await check(site(yaml("compression: [gzip, br]"), files), [
    ["/a.js", BROWSER, "gzip LONG vary"],
    ["/a.js", "br", "br LONG vary"],
    ["/a.js", "zstd", "plain LONG vary"],
  ]);
  await check(site(yaml("compression: off"), files), [["/a.js", BROWSER, "plain LONG"]]);
  await check(site(yaml("compression_types: [image/png]"), files), [
    ["/a.js", BROWSER, "plain LONG"],
    ["/a.png", "gzip", "gzip LONG vary"],
  ]);
  await check(site(yaml("cache_control: { '*': 'max-age=1, no-transform' }"), files), [
    ["/a.js", BROWSER, "plain LONG"],
  ]);
  const added = await site(yaml("add_header: { Content-Encoding: x }"), files).ask(
    "/a.js",
    accepting(BROWSER),
  );
  assertEquals([added.fields.joined("content-encoding"), added.text], ["x", LONG]);
});

Deno.test("what lies beside a file is sent in its place, if it is no older", async () => {
  const server = site(yaml(), {
    "root/a.js": LONG,
    "root/a.js.gz": "beside gzip",
    "root/a.js.br": "beside br",
    "root/b.js": LONG,
    "root/b.js.gz": "beside b",
    "root/old.js": LONG,
    "root/old.js.gz": "beside old",
    "root/short.js": "short",
    "root/short.js.br": "beside short",
    "root/a.pdf": LONG,
    "root/a.pdf.gz": "beside pdf",
    "root/empty.js": LONG,
    "root/empty.js.gz": "",
    "root/folder.js": LONG,
    "root/folder.js.gz": null,
    "root/a.png": LONG,
    "root/a.png.gz": "beside png",
  });
  touch(server, "old.js", 1);
  touch(server, "a.js.br", 1);
  await check(server, [
    ["/a.js", "gzip", "gzip beside gzip vary"],
    ["/a.js", "gzip, br", "br beside br vary"],
    // What is there is not made, where it is as welcome.
    ["/a.js", BROWSER, "br beside br vary"],
    ["/b.js", BROWSER, "gzip beside b vary"],
    ["/b.js", "br, gzip;q=0.9", "br LONG vary"],
    ["/b.js", "br;q=0.9, gzip", "gzip beside b vary"],
    ["/b.js", "br", "br LONG vary"],
    ["/a.js", undefined, "plain LONG vary"],
    ["/a.js.gz", undefined, "plain beside gzip"],
    ["/a.js.gz", "gzip", "plain beside gzip"],
    ["/old.js", "gzip", "gzip LONG vary"],
    ["/short.js", "br", "br beside short vary"],
    ["/short.js", "gzip", "plain short vary"],
    ["/a.pdf", "gzip", "gzip beside pdf vary"],
    ["/a.pdf", "br", "plain LONG vary"],
    ["/a.pdf", undefined, "plain LONG vary"],
    ["/empty.js", "gzip", "gzip LONG vary"],
    ["/folder.js", "gzip", "gzip LONG vary"],
    ["/a.png", "gzip", "plain LONG"],
  ]);
});

Deno.test("what lies beside a file is sent where nothing is compressed, too, and can be turned off", async () => {
  const files = { "root/a.js": LONG, "root/a.js.gz": "beside", "root/b.js": LONG };
  await check(site(yaml("compression: off"), files), [
    ["/a.js", BROWSER, "gzip beside vary"],
    ["/a.js", undefined, "plain LONG vary"],
    ["/b.js", BROWSER, "plain LONG"],
  ]);
  await check(site(yaml("precompressed: off"), files), [["/a.js", "gzip", "gzip LONG vary"]]);
  await check(site(yaml("compression: off, precompressed: off"), files), [["/a.js", BROWSER, "plain LONG"]]);
});

Deno.test("what lies beside a file is under the rules for every file of the root", async () => {
  const server = site(yaml(), { "root/a.js": LONG, "root/b.js": LONG, "outside": "beside outside" });
  server.files.links.set("/site/root/a.js.gz", "/site/outside");
  server.files.write("/site/root/.hidden", "beside hidden");
  server.files.links.set("/site/root/b.js.gz", "/site/root/.hidden");
  await check(server, [["/a.js", "gzip", "gzip LONG vary"], ["/b.js", "gzip", "gzip LONG vary"]]);
});

Deno.test("the source of what a location runs is not sent as the coded form of something else", async () => {
  const server = site(yaml("cgi: { .gz: true }"), {
    "root/a.js": LONG,
    "root/a.js.gz": { executable: "beside: a program" },
    "root/a.js.br": "beside br",
  });
  await check(server, [["/a.js", "gzip", "gzip LONG vary"], ["/a.js", "gzip, br", "br beside br vary"]]);
});

Deno.test("nothing in a store is sent in place of something else, wherever it is shown", async () => {
  const server = site(
    `servers:
  - root: root
    locations:
      /up/: { upload_store: store, overwrite: off }
      /show/: { alias: store }
      /own/: { upload_store: own, precompressed: on }
`,
    {
      "root": null,
      "store/a.js": LONG,
      "store/a.js.gz": "beside: a stranger's",
      "own/a.js": LONG,
      "own/a.js.gz": "beside: asked for",
    },
  );
  await check(server, [
    ["/up/a.js", "gzip", "gzip LONG vary"],
    ["/show/a.js", "gzip", "gzip LONG vary"],
    ["/own/a.js", "gzip", "gzip beside: asked for vary"],
  ]);
});

Deno.test("a link beside a file shows no program's source", async () => {
  const server = site(
    `servers:
  - root: root
    locations: { /bin/: { cgi: { "*": true } } }
`,
    { "root/a.js": LONG, "root/bin/tool": { executable: "beside: a program" } },
  );
  server.files.links.set("/site/root/a.js.gz", "/site/root/bin/tool");
  await check(server, [["/a.js", "gzip", "gzip LONG vary"]]);
});

Deno.test("each coding has a strong tag of its own, which its conditions are for", async () => {
  const server = site(yaml(), { "root/a.js": LONG, "root/b.js": LONG, "root/b.js.gz": "beside" });
  for (const path of ["/a.js", "/b.js"]) {
    const tags = new Map<string | undefined, string>();
    for (const coding of [undefined, "gzip", "br"]) {
      const { fields } = await server.ask(path, accepting(coding));
      tags.set(coding, fields.get("etag")!);
      assertEquals(fields.get("accept-ranges"), coding === undefined ? "bytes" : undefined);
      const head = await server.ask(path, { method: "HEAD", ...accepting(coding) });
      assertEquals([...head.fields], [...fields], `HEAD of ${path} in ${coding}`);
    }
    assertEquals(new Set(tags.values()).size, 3);
    for (const [coding, tag] of tags) {
      assert(/^"[^"]+"$/.test(tag), tag);
      for (const asked of tags.keys()) {
        const isSame = asked === coding, what = `${path}: ${tag} of ${coding} for ${asked}`;
        const ask = (field: string, value = tag) => server.ask(path, accepting(asked, { [field]: value }));
        const unchanged = await ask("If-None-Match");
        assertEquals(unchanged.status, isSame ? 304 : 200, what);
        if (isSame) assertEquals(shown(unchanged), "304 plain vary", what);
        if (isSame) assertEquals(unchanged.fields.get("etag"), tag, what);
        assertEquals((await ask("If-None-Match", `W/${tag}`)).status, isSame ? 304 : 200, what);
        assertEquals((await ask("If-Match")).status, isSame ? 200 : 412, what);
        assertEquals((await ask("If-Match", `W/${tag}`)).status, 412, what);
      }
    }
  }
});

Deno.test("the tag of what lies beside a file changes with it", async () => {
  const server = site(yaml(), { "root/a.js": LONG, "root/a.js.gz": "beside" });
  const tag = async () => (await server.ask("/a.js", accepting("gzip"))).fields.get("etag");
  const before = await tag();
  assertEquals(await tag(), before);
  server.files.write("/site/root/a.js.gz", "beside, and longer", 1);
  assertNotEquals(await tag(), before);
});

Deno.test("a range is of the content as it is", async () => {
  const server = site(yaml(), { "root/a.js": LONG, "root/a.js.gz": "beside" });
  const plain = (await server.ask("/a.js")).fields.get("etag")!;
  const coded = (await server.ask("/a.js", accepting("br"))).fields.get("etag")!;
  const range = { Range: "bytes=2-5" }, date = "Thu, 01 Jan 1970 00:00:00 GMT";
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [range, "206 plain line vary"],
    [{ ...range, "If-Range": plain }, "206 plain line vary"],
    [{ ...range, "If-Range": coded }, "plain LONG vary"],
    [{ Range: "bytes=x" }, "plain LONG vary"],
    // All codings have the same date, and it may be a part of another one that the client has.
    [{ ...range, "If-Range": date }, "plain LONG vary"],
  ];
  for (const [fields, expected] of cases) {
    const answer = await server.ask("/a.js", accepting(BROWSER, fields));
    assertEquals([shown(answer), answer.fields.get("etag")], [expected, plain]);
  }
  const whole = await server.ask("/a.js", { fields: { ...range, "If-Range": date } });
  assertEquals(shown(whole), "206 plain line vary", "who takes no coding has none");
  const beyond = await server.ask("/a.js", accepting(BROWSER, { Range: "bytes=9999-" }));
  assertEquals([beyond.status, beyond.fields.get("content-range")], [416, `bytes */${LONG.length}`]);
});

Deno.test("who asks for nothing to be transformed gets what lies there", async () => {
  const server = site(yaml(), { "root/a.js": LONG, "root/b.js": LONG, "root/b.js.gz": "beside" });
  const fields = { "Cache-Control": "no-cache, No-Transform" };
  assertEquals(shown(await server.ask("/a.js", accepting("gzip", fields))), "plain LONG vary");
  assertEquals(shown(await server.ask("/b.js", accepting("gzip", fields))), "gzip beside vary");
});

Deno.test("what a location says of its files it says of their codings, too", async () => {
  const server = site(yaml("types: { .js: text/x-own }, cache_control: { '*.js': max-age=7 }"), {
    "root/a.js": LONG,
    "root/b.js": LONG,
    "root/b.js.gz": "beside",
  });
  for (const path of ["/a.js", "/b.js"]) {
    const { fields } = await server.ask(path, accepting("gzip"));
    assertEquals(fields.get("content-encoding"), "gzip");
    assert(fields.get("content-type")!.startsWith("text/x-own"));
    assertEquals(fields.joined("cache-control"), "max-age=7");
    assertEquals(fields.get("last-modified"), (await server.ask(path)).fields.get("last-modified"));
  }
});

Deno.test("the page of an error is coded like any file, and keeps its status", async () => {
  const server = site(yaml("error_page: { 404: /404.html }"), { "root/404.html": LONG });
  assertEquals(shown(await server.ask("/missing", accepting("gzip"))), "404 gzip LONG vary");
  assertEquals(shown(await server.ask("/missing")), "404 plain LONG vary");
});

Deno.test("a file that changes at each look is coded as it was opened", async () => {
  const server = site(yaml(), { "root/a.js": "x" });
  let size = 256;
  server.files.beforeOpen = () => server.files.write("/site/root/a.js", "x".repeat(++size), size);
  for (const coding of ["gzip", "br"]) {
    const { status, fields, text } = await server.ask("/a.js", accepting(coding));
    assertEquals([status, fields.get("content-encoding")], [200, coding]);
    assertEquals(decoded(toBytes(text), coding).length, size);
    assertEquals(server.files.counts.closed, server.files.counts.open, "what was opened is closed");
  }
});

Deno.test("what changes is coded anew with the next request", async () => {
  const server = site(yaml(), { "root/a.js": LONG });
  await check(server, [["/a.js", "gzip", "gzip LONG vary"]]);
  server.files.write("/site/root/a.js", "y".repeat(300), 1);
  const { text } = await server.ask("/a.js", accepting("gzip"));
  assertEquals(new TextDecoder().decode(decoded(toBytes(text), "gzip")), "y".repeat(300));
});

Deno.test("up to 1 MiB a file is coded once, and above with each request", async () => {
  for (const [size, isOnce] of [[1024 * 1024, true], [1024 * 1024 + 1, false]] as const) {
    const content = "a line\n".repeat(size).slice(0, size);
    const server = site(yaml(), { "root/a.txt": content });
    const opened: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { fields, text } = await server.ask("/a.txt", accepting("gzip"));
      assertEquals(fields.get("content-encoding"), "gzip");
      assertEquals(decoded(toBytes(text), "gzip").length, size);
      opened.push(server.files.counts.open);
    }
    assertEquals(opened, isOnce ? [1, 1, 1] : [1, 2, 3]);
    assertEquals(server.files.counts.closed, server.files.counts.open);
  }
});

Deno.test("what several ask for at one time is coded once for all of them", async () => {
  const server = site(yaml(), { "root/a.txt": "a line\n".repeat(40_000) });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => server.ask("/a.txt", accepting("gzip"))),
  );
  assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
  assertEquals(server.files.counts.open, 1);
});

Deno.test("where much waits to be coded, more is sent as it is", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `f${i}.js`);
  const server = site(yaml(), Object.fromEntries(names.map((name) => [`root/${name}`, LONG])));
  await server.ask("/f0.js", accepting("gzip"));
  const answers = await Promise.all(names.map((name) => server.ask(`/${name}`, accepting("gzip"))));
  const codings = answers.map(({ fields }) => fields.get("content-encoding") ?? "plain");
  assertEquals([codings[0], codings[1], codings[72], codings[73], codings[99]], [
    "gzip",
    "gzip",
    "gzip",
    "plain",
    "plain",
  ]);
  assertEquals(shown(answers[99]!), "plain LONG vary");
  await check(server, [["/f99.js", "gzip", "gzip LONG vary"]]);
});

Deno.test("what waits too long to be coded is sent as it is", async () => {
  const names = Array.from({ length: 40 }, (_, i) => `f${i}.js`);
  const server = site(yaml(), Object.fromEntries(names.map((name) => [`root/${name}`, LONG])));
  await server.ask("/f0.js", accepting("gzip"));
  const asked = names.map((name) => server.ask(`/${name}`, accepting("gzip")));
  server.clock.advance(500);
  const shownAll = (await Promise.all(asked)).map(shown);
  assertEquals(new Set(shownAll), new Set(["gzip LONG vary", "plain LONG vary"]));
});

Deno.test("only some large files are coded as they are sent at one time", async () => {
  const server = site(yaml(), { "root/large.js": "x".repeat(1024 * 1024 + 1) });
  await server.ask("/large.js", accepting("gzip"));
  const request = requestFor("/large.js", accepting("gzip")), bodies: BodySource[] = [];
  const codings: (string | undefined)[] = [];
  for (let i = 0; i < 33; i++) {
    const { fields, body } = await server.handler(request);
    codings.push(fields.get("content-encoding"));
    bodies.push(body as BodySource);
  }
  assertEquals([codings[0], codings[31], codings[32]], ["gzip", "gzip", undefined]);
  for (const body of bodies) body.close();
  const { fields } = await server.ask("/large.js", accepting("gzip"));
  assertEquals(fields.get("content-encoding"), "gzip");
});

/** What a program names is sent as any file is. */
Deno.test("a file that a program names is coded, but where the program says something of its bytes", async () => {
  const said = new Map([
    ["/plain.sh", ""],
    ["/digest.sh", "Content-Digest: sha-256=:x:\n"],
    ["/coded.sh", "Content-Encoding: x\n"],
    ["/fixed.sh", "Cache-Control: no-transform\n"],
  ]);
  const server = site(
    yaml("cgi: { .sh: sh }, sendfile_from: named"),
    { ...Object.fromEntries([...said.keys()].map((path) => [`root${path}`, ""])), "named/a.txt": LONG },
    ({ environment }) =>
      `X-Sendfile: a.txt\nContent-Type: text/plain\n${said.get(environment.SCRIPT_NAME!)}\n`,
  );
  const codings: (string | undefined)[] = [];
  for (const path of said.keys()) {
    codings.push((await server.ask(path, accepting("gzip"))).fields.joined("content-encoding"));
  }
  assertEquals(codings, ["gzip", undefined, "x", undefined]);
});
