/**
 * PROPFIND, PROPPATCH and what goes with files (RFC 4918 sections 9.1, 9.2, 15; RFC 4331), and OPTIONS.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { DAV_CONFIG, DAV_FILES, hrefsIn, propfind, proppatch, xml } from "./dav_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: DAV_CONFIG,
  files: { ...DAV_FILES, "store/a.txt": "hello", "store/.hidden": "x" },
});
const { port } = server, store = `${server.folder}/store`;

let made = 0;
const fresh = async (content = "x"): Promise<string> => {
  const name = `file-${++made}.txt`;
  await Deno.writeTextFile(`${store}/${name}`, content);
  return name;
};

const SET = "<D:set><D:prop><x:author xml:lang='de'>Änne &amp; <x:b/></x:author></D:prop></D:set>";
const ASK = "<D:prop><x:author/></D:prop>";
const WRITTEN = '<author xmlns="urn:x" xml:lang="de">Änne &amp; <b xmlns="urn:x"/></author>';

/** Latin-1, as the wire tests read text: back to what it says. */
const utf8 = (text: string) => new TextDecoder().decode(Uint8Array.from(text, (c) => c.charCodeAt(0)));
const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));

test("OPTIONS tells the classes of WebDAV, and where there is none nothing of them", async () => {
  const options = await ask(port, "/dav/", { method: "OPTIONS" });
  assertEquals([options.status, options.field("dav"), options.field("ms-author-via")], [
    200,
    "1, 2, 3",
    "DAV",
  ]);
  for (const method of ["PROPFIND", "PROPPATCH", "LOCK", "UNLOCK", "MKCOL", "COPY", "MOVE"]) {
    assertStringIncludes(options.field("allow")!, method);
  }
  const drop = await ask(port, "/drop/", { method: "OPTIONS" });
  assertEquals([drop.status, drop.field("dav"), drop.field("allow")!.includes("PROPFIND")], [
    204,
    undefined,
    false,
  ]);
  assertEquals((await propfind(port, "/drop/")).status, 405);
});

test("PROPFIND tells of a file what GET tells, and of a folder what is in it, but for what is hidden", async () => {
  const got = await ask(port, "/dav/a.txt"), told = await propfind(port, "/dav/a.txt");
  assertEquals([told.status, told.field("content-type")], [207, "application/xml; charset=utf-8"]);
  for (const name of ["etag", "last-modified", "content-type", "content-length"]) {
    assertStringIncludes(told.text, `>${got.field(name)}</D:get${name.replaceAll("-", "")}>`);
  }
  assertStringIncludes(told.text, "<D:displayname>a.txt</D:displayname>");
  const folder = await propfind(port, "/dav/", { Depth: "1" }), hrefs = hrefsIn(folder);
  assert(
    hrefs.includes("/dav/") && hrefs.includes("/dav/folder/") && hrefs.includes("/dav/a.txt"),
    folder.text,
  );
  assert(!folder.text.includes("hidden"), folder.text);
  // As it was asked for, however that is written.
  assertEquals(hrefsIn(await propfind(port, "/dav/%66older", { Depth: "1" })), ["/dav/%66older/"]);
  // Without the slash, too: not all clients follow a redirect.
  assertEquals(hrefsIn(await propfind(port, "/dav")), ["/dav/"]);
});

test("PROPFIND without a depth, or with an endless one, is 403 and says why; what is not there is 404", async () => {
  for (const fields of [{ Depth: "infinity" }, { Depth: "Infinity" }]) {
    const refused = await propfind(port, "/dav/", fields);
    assertEquals(refused.status, 403);
    assertStringIncludes(refused.text, "<D:propfind-finite-depth/>");
  }
  assertEquals((await ask(port, "/dav/", { method: "PROPFIND" })).status, 403);
  assertEquals((await propfind(port, "/dav/", { Depth: "2" })).status, 400);
  for (const path of ["/dav/none", "/dav/a.txt/", "/dav/.hidden", "/dav/.webserv-properties/"]) {
    assertEquals((await propfind(port, path)).status, 404, path);
  }
});

test("PROPFIND names what is asked for by name, and what is not there as 404", async () => {
  const told = await propfind(port, "/dav/a.txt", {}, "<D:prop><D:getcontentlength/><x:none/></D:prop>");
  assertMatch(
    told.text,
    /<D:prop><D:getcontentlength>5<\/D:getcontentlength><\/D:prop><D:status>HTTP\/1.1 200 OK<.*<none xmlns="urn:x"\/><\/D:prop><D:status>HTTP\/1.1 404/,
  );
  const names = await propfind(port, "/dav/a.txt", {}, "<D:propname/>");
  assertStringIncludes(names.text, "<D:getetag/>");
  const room = await propfind(
    port,
    "/dav/",
    {},
    "<D:prop><D:quota-available-bytes/><D:quota-used-bytes/></D:prop>",
  );
  assertMatch(room.text, /<D:quota-available-bytes>\d+</);
  assertMatch(room.text, /<D:quota-used-bytes>\d+</);
  assert(!(await propfind(port, "/dav/")).text.includes("quota"));
});

test("XML that is not read strictly is refused: entities, document types, what is too much", async () => {
  const table: [string, number][] = [
    [
      '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><propfind xmlns="DAV:"><prop>&e;</prop></propfind>',
      400,
    ],
    ["<propfind", 400],
    ['<x:propfind xmlns:x="urn:x"/>', 400],
    [xml("propfind", "<D:prop>" + "<x:a>".repeat(100) + "</x:a>".repeat(100) + "</D:prop>"), 413],
    ["x".repeat(20_000), 413],
  ];
  for (const [body, status] of table) {
    const answer = await ask(port, "/dav/", { method: "PROPFIND", fields: { Depth: "0" }, body });
    assertEquals(answer.status, status, body.slice(0, 80));
    assert(!answer.text.includes("root:"));
  }
});

test("PROPPATCH leaves properties, which go where the file goes", async () => {
  const name = await fresh(), path = `/dav/${name}`;
  const set = await proppatch(port, path, bytes(SET));
  assertEquals(set.status, 207);
  assertStringIncludes(set.text, "200 OK");
  const has = async (where: string) => utf8((await propfind(port, where, {}, ASK)).text).includes(WRITTEN);
  assertEquals(await has(path), true);
  assertStringIncludes(utf8((await propfind(port, "/dav/", { Depth: "1" })).text), WRITTEN);
  const go = async (method: string, from: string, to: string) =>
    (await ask(port, from, { method, fields: { Destination: to } })).status;
  assertEquals(await go("COPY", path, `/dav/copy-${name}`), 201);
  assertEquals(await go("MOVE", path, `/drop/moved-${name}`), 201);
  assertEquals([await has(`/dav/copy-${name}`), await has(`/dav/moved-${name}`)], [true, true]);
  // Into another folder, and with that to another place.
  await Deno.mkdir(`${store}/f-${name}`);
  assertEquals(await go("MOVE", `/dav/copy-${name}`, `/dav/f-${name}/c`), 201);
  assertEquals(await go("MOVE", `/dav/f-${name}`, `/dav/g-${name}`), 201);
  assertEquals(await has(`/dav/g-${name}/c`), true);
  assertEquals(await go("COPY", `/dav/g-${name}`, `/dav/h-${name}`), 201);
  assertEquals(await has(`/dav/h-${name}/c`), true);
  // A new file of a name has nothing of the one before; an emptied folder is empty.
  assertEquals((await ask(port, `/dav/g-${name}/c`, { method: "DELETE" })).status, 204);
  assertEquals((await ask(port, `/dav/g-${name}/c`, { method: "PUT", body: "x" })).status, 201);
  assertEquals(await has(`/dav/g-${name}/c`), false);
  assertEquals((await ask(port, `/dav/g-${name}/c`, { method: "DELETE" })).status, 204);
  await Deno.remove(`${store}/g-${name}`);
});

test("a file that takes the name of one that was removed by another way has none of its properties", async () => {
  const name = await fresh(), path = `/dav/${name}`;
  await proppatch(port, path, bytes(SET));
  await Deno.remove(`${store}/${name}`);
  assertEquals((await ask(port, path, { method: "PUT", body: "y" })).status, 201);
  assertMatch((await propfind(port, path, {}, ASK)).text, /404/);
});

test("PROPPATCH does all or nothing, and never what the server works out itself", async () => {
  const name = await fresh(), path = `/dav/${name}`;
  const mixed = await proppatch(
    port,
    path,
    "<D:set><D:prop><x:author>me</x:author><D:getetag>x</D:getetag></D:prop></D:set>",
  );
  assertEquals(mixed.status, 207);
  assertMatch(mixed.text, /<D:getetag\/><\/D:prop><D:status>HTTP\/1.1 403.*cannot-modify-protected-property/);
  assertMatch(mixed.text, /<author xmlns="urn:x"\/><\/D:prop><D:status>HTTP\/1.1 424/);
  assertMatch((await propfind(port, path, {}, ASK)).text, /404/);
  const large = await proppatch(
    port,
    path,
    `<D:set><D:prop><x:a>${"x".repeat(70_000)}</x:a></D:prop></D:set>`,
  );
  assertStringIncludes(large.text, "507");
  const many = await Promise.all(
    Array.from(
      { length: 8 },
      (_, i) => proppatch(port, path, `<D:set><D:prop><x:p${i}>${i}</x:p${i}></D:prop></D:set>`),
    ),
  );
  assert(many.every(({ status, text }) => status === 207 && text.includes("200 OK")));
  const told = await propfind(port, path);
  for (let i = 0; i < 8; i++) assertStringIncludes(told.text, `>${i}</p${i}>`);
  assertEquals((await proppatch(port, "/dav/none", bytes(SET))).status, 404);
  assertEquals((await proppatch(port, path, bytes(SET), { "Sec-Fetch-Site": "cross-site" })).status, 403);
});

test("the time that a client sends with a file is the file's", async () => {
  const name = `timed-${++made}`;
  const sent = await ask(port, `/dav/${name}`, {
    method: "PUT",
    fields: { "X-OC-Mtime": "1500000000" },
    body: "x",
  });
  assertEquals([sent.status, sent.field("x-oc-mtime")], [201, "accepted"]);
  assertEquals((await ask(port, `/dav/${name}`)).field("last-modified"), "Fri, 14 Jul 2017 02:40:00 GMT");
});

test("a folder of thousands is told piece by piece, and whole", async () => {
  const folder = `many-${++made}`;
  await Deno.mkdir(`${store}/${folder}`);
  for (let i = 0; i < 1500; i++) Deno.writeTextFileSync(`${store}/${folder}/${i}`, "");
  const told = await propfind(
    port,
    `/dav/${folder}`,
    { Depth: "1" },
    "<D:prop><D:resourcetype/><D:getetag/></D:prop>",
  );
  assertEquals(hrefsIn(told).length, 1501);
  assert(told.text.endsWith("</D:multistatus>\n"));
});
