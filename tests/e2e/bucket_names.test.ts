/**
 * Names of keys, and many of them: each is answered with just that object or refused, and is listed where it is reached.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { needsStorage, type TestBucket, testBucket } from "../support/storage.ts";
import { waitUntil } from "../support/wait.ts";

/** Keys in a folder that are reached, by their names there. */
const REACHED = [
  "plain.txt",
  "two words.txt",
  "plus+plus.txt",
  "plus%2Bplus.txt",
  "percent%41.txt",
  "slash%2Fslash.txt",
  "ü é 日本 😀.txt",
  "u\u0308.txt",
  "question?mark.txt",
  "hash#mark.txt",
  "a&b=c;d.txt",
  `quotes'"<b>.txt`,
  "tilde~star*(1)!.txt",
  "colon:at@comma,.txt",
  "-dash",
  "dot.",
  "a".repeat(200),
];

/** Keys of the bucket that nobody reaches: not by any path, and no list has them. */
const UNREACHED = [
  "in/a//b",
  "in/./dot",
  "in/../up",
  "in/x/../y",
  "in/.hidden",
  "in/.folder/visible",
  "in/back\\slash",
  "../out",
];

interface Listed {
  readonly name: string;
  readonly type: string;
}

async function start(bucket: TestBucket): Promise<TestServer> {
  return await startServer({
    config: `buckets: { data: ${bucket.settings} }
servers:
  - listen: LISTEN
    locations:
      /: { bucket: data/in, autoindex: on }
      /all/: { bucket: data, autoindex: on }
`,
  });
}

async function list(server: TestServer, path: string): Promise<Listed[]> {
  const answer = await ask(server.port, path, { fields: { Accept: "application/json" } });
  assertEquals(answer.status, 200, path);
  return JSON.parse(new TextDecoder().decode(answer.body));
}

test({
  ...needsStorage("each key is that object or none, whatever its name"),
  async fn(context) {
    const bucket = await testBucket(), encoder = new TextEncoder();
    for (const name of REACHED) await bucket.client.put(bucket.name, `in/${name}`, encoder.encode(name));
    for (const key of UNREACHED) await bucket.client.put(bucket.name, key, encoder.encode("SECRET"));
    await bucket.client.put(bucket.name, "inner/near.txt", encoder.encode("SECRET"));
    await using server = await start(bucket);
    for (const name of REACHED) {
      await context.step(name, async () => {
        const answer = await ask(server.port, `/${encodeURIComponent(name)}`);
        // An encoded slash is none in a name, whatever lies there.
        const isRefused = /%2f/i.test(encodeURIComponent(name).replaceAll("%25", ""));
        assertEquals(answer.status, isRefused ? 404 : 200);
        if (!isRefused) assertEquals(new TextDecoder().decode(answer.body), name);
      });
    }
    await context.step("the list has those that are reached, and their links lead to them", async () => {
      // What they have in common up to a slash are folders, be nothing in them reached.
      const files = (await list(server, "/")).filter(({ type }) => type === "file");
      assertEquals(files.map(({ name }) => name).toSorted(), REACHED.toSorted());
      const page = await ask(server.port, "/", { fields: { Accept: "text/html" } });
      const links = [...new TextDecoder().decode(page.body).matchAll(/<a href="([^"?#]+)"/g)].map((
        [, href],
      ) => href!);
      const found: string[] = [];
      for (const href of links.filter((href) => !href.endsWith("/") && href.startsWith("./"))) {
        const target = new URL(href.replaceAll("&amp;", "&").replaceAll("&#39;", "'"), "http://x/").pathname;
        found.push(new TextDecoder().decode((await ask(server.port, target)).body));
      }
      assertEquals(found.toSorted(), REACHED.toSorted());
    });
    const PATHS = [
      "/a//b",
      "/./dot",
      "/../up",
      "/%2e%2e/up",
      "/..%2fup",
      "/x/../y",
      "/.hidden",
      "/.folder/visible",
      "/back%5Cslash",
      "/back\\slash",
      "/all/../out",
      "/all/in/%2e%2e/up",
      "/all/%2e./out",
      "/er/near.txt",
      "/../inner/near.txt",
      "/all/in/.hidden",
      `/${"a".repeat(1100)}`,
      "/%00",
      "/%ff",
    ];
    for (const path of PATHS) {
      await context.step(path, async () => {
        const answer = await ask(server.port, path);
        assert([400, 404].includes(answer.status), String(answer.status));
        assert(!new TextDecoder().decode(answer.body).includes("SECRET"));
      });
    }
    await context.step("what is not reached is in no list", async () => {
      const text = JSON.stringify([
        await list(server, "/all/"),
        await list(server, "/all/in/"),
        await list(server, "/"),
      ]);
      for (const hidden of [".hidden", ".folder", "back\\\\slash", '"."', '".."', '"./"', '"../"', '""']) {
        assert(!text.includes(hidden), `${hidden} in ${text}`);
      }
    });
  },
});

test({
  ...needsStorage("a list of 2,500 keys is whole and in order, with a name that is an object and a folder"),
  async fn() {
    const bucket = await testBucket();
    const names = Array.from({ length: 2500 }, (_, index) => `file ${String(index).padStart(5, "0")}.txt`);
    await bucket.client.fill(
      bucket.name,
      names.map((name) => [`in/${name}`, new TextEncoder().encode("x")] as never),
    );
    await bucket.client.put(bucket.name, "in/both", new TextEncoder().encode("object"));
    await bucket.client.put(bucket.name, "in/both/inner.txt", new TextEncoder().encode("inner"));
    await using server = await start(bucket);
    const listed = await list(server, "/");
    assertEquals(listed.filter(({ type }) => type === "file").map(({ name }) => name), ["both", ...names]);
    assertEquals(listed.filter(({ type }) => type === "directory").map(({ name }) => name), ["both"]);
    const page = new TextDecoder().decode(
      (await ask(server.port, "/", { fields: { Accept: "text/html" } })).body,
    );
    assert(page.includes("file%2002499.txt"));
    assertEquals((await ask(server.port, "/both")).text, "object");
    assertEquals((await ask(server.port, "/both/inner.txt")).text, "inner");
    assertEquals((await list(server, "/both/")).map(({ name }) => name), ["inner.txt"]);
  },
});

test({
  ...needsStorage("what was stored with an object is sent with it"),
  async fn() {
    const bucket = await testBucket(), bytes = new TextEncoder().encode("<b>content</b>");
    const put = (key: string, fields: Record<string, string>) =>
      bucket.client.tell("PUT", bucket.name, { key: `in/${key}`, body: bytes, fields });
    await put("typed.txt", { "content-type": "text/x-own" });
    await put("generic.css", { "content-type": "binary/octet-stream" });
    await put("labelled.html", {
      "content-type": "text/html",
      "cache-control": "max-age=7",
      "content-disposition": 'attachment; filename="x.html"',
      "content-language": "de",
    });
    await put("coded.txt", { "content-type": "text/plain", "content-encoding": "gzip" });
    await using server = await start(bucket);
    const get = (name: string) => ask(server.port, `/${name}`, { fields: { "Accept-Encoding": "gzip, br" } });
    assertEquals((await get("typed.txt")).field("content-type"), "text/x-own");
    assertEquals((await get("generic.css")).field("content-type"), "text/css; charset=utf-8");
    const labelled = await get("labelled.html");
    assertEquals(labelled.field("cache-control"), "max-age=7");
    assertEquals(labelled.field("content-language"), "de");
    assertEquals(labelled.field("content-disposition"), 'attachment; filename="x.html"');
    const coded = await get("coded.txt");
    assertEquals([coded.field("content-encoding"), coded.body], ["gzip", bytes]);
  },
});

test({
  ...needsStorage("what others store is seen after bucket_cache, and with bucket_cache: 0 at once"),
  async fn() {
    const bucket = await testBucket();
    const put = (text: string) => bucket.client.put(bucket.name, "in/x.txt", new TextEncoder().encode(text));
    const config = (cache: string) =>
      `bucket_cache: ${cache}
buckets: { data: ${bucket.settings} }
servers:
  - { listen: LISTEN, bucket: data/in }
`;
    await using eager = await startServer({ config: config("0s") });
    await using lazy = await startServer({ config: config("1s") });
    await put("one");
    assertEquals((await ask(eager.port, "/x.txt")).text, "one");
    assertEquals((await ask(lazy.port, "/x.txt")).text, "one");
    await put("another");
    assertEquals((await ask(eager.port, "/x.txt")).text, "another");
    await waitUntil(async () => (await ask(lazy.port, "/x.txt")).text === "another", "it is seen");
    await bucket.client.remove(bucket.name, "in/x.txt");
    assertEquals((await ask(eager.port, "/x.txt")).status, 404);
    await waitUntil(async () => (await ask(lazy.port, "/x.txt")).status === 404, "it is gone");
  },
});
