/**
 * Who may do what: each row is a request and what it is answered for nobody, a reader, a writer, and a wrong password. A new
 * way to read or write is a new row.
 */
import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { ACCESS_SERVER, basic, WHO } from "./access_support.ts";

type Row = readonly [
  method: string,
  target: string,
  expected: readonly [anonymous: number, reader: number, writer: number, wrong: number],
  more?: { readonly body?: string; readonly fields?: Readonly<Record<string, string>> },
];

const READING: readonly Row[] = [
  ["GET", "/files/a.txt", [401, 200, 200, 401]],
  ["HEAD", "/files/a.txt", [401, 200, 200, 401]],
  ["GET", "/files/a.txt", [401, 206, 206, 401], { fields: { Range: "bytes=0-0" } }],
  ["GET", "/files/a.txt", [401, 304, 304, 401], { fields: { "If-None-Match": "*" } }],
  ["OPTIONS", "/files/a.txt", [401, 200, 200, 401]],
  ["GET", "/files/", [401, 200, 200, 401]],
  ["GET", "/files", [401, 301, 301, 401]],
  // Nothing tells whether it is there.
  ["GET", "/files/missing", [401, 404, 404, 401]],
  ["GET", "/", [401, 200, 200, 401]],
  ["GET", "/return/", [401, 200, 200, 401]],
  ["GET", "/everybody/a.txt", [401, 200, 200, 401]],
  ["GET", "/public/a.txt", [200, 200, 200, 401]],
  ["GET", "/public/", [200, 200, 200, 401]],
  ["GET", "/readonly/a.txt", [401, 200, 200, 401]],
  ["GET", "/closed/a.txt", [403, 403, 403, 403]],
  ["GET", "/off/a.txt", [200, 200, 200, 200]],
  ["GET", "/cgi/env.sh", [401, 200, 200, 401]],
  ["GET", "/cgi-public/env.sh", [200, 200, 200, 401]],
  ["GET", "/cgi-off/env.sh", [200, 200, 200, 200]],
  // What leads on within the server is asked anew where it leads.
  ["GET", "/cgi-off/local.sh", [401, 200, 200, 401]],
  ["GET", "/open-try", [401, 200, 200, 401]],
  ["GET", "/open-last", [401, 200, 200, 401]],
  ["GET", "/open-index/", [401, 403, 200, 401]],
  ["GET", "/here/a.txt", [200, 200, 200, 200]],
  ["GET", "/elsewhere/a.txt", [403, 403, 403, 403]],
  ["GET", "/denied/a.txt", [403, 403, 403, 403]],
  ["GET", "/denied-users/a.txt", [403, 403, 403, 403]],
  ["GET", "/%66iles/a.txt", [401, 200, 200, 401]],
  ["GET", "/off/../files/a.txt", [401, 200, 200, 401]],
  ["GET", "//files/a.txt", [401, 200, 200, 401]],
  ["OPTIONS", "*", [401, 204, 204, 401]],
  // A preflight has no credentials; what it is for has.
  ["OPTIONS", "/api/a.txt", [204, 204, 204, 204], {
    fields: { Origin: "http://other.test", "Access-Control-Request-Method": "GET" },
  }],
  ["OPTIONS", "/mixed/a.txt", [401, 204, 204, 401], {
    fields: { Origin: "http://other.test", "Access-Control-Request-Method": "GET" },
  }],
  ["GET", "/api/a.txt", [401, 200, 200, 401], { fields: { Origin: "http://other.test" } }],
];

/** An upload that is not whole. */
const PART = { "Upload-Complete": "?0", "Upload-Length": "10" };

const LOCK =
  `<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;

const to = (destination: string) => ({ fields: { Destination: destination } });

const SHARING: readonly Row[] = [
  ["PROPFIND", "/files/", [401, 207, 207, 401], { fields: { Depth: "1" } }],
  ["PROPFIND", "/files/a.txt", [401, 207, 207, 401], { fields: { Depth: "0" } }],
  ["PROPFIND", "/files/writers/", [401, 403, 207, 401], { fields: { Depth: "1" } }],
  ["PROPFIND", "/public/", [207, 207, 207, 401], { fields: { Depth: "1" } }],
  ["GET", "/files/?archive=zip", [401, 200, 200, 401]],
  ["GET", "/files/?archive=tar&name=a.txt", [401, 200, 200, 401]],
  ["GET", "/public/?archive=zip", [200, 200, 200, 401]],
  ["GET", "/files/?q=a", [401, 200, 200, 401]],
  ["GET", "/public/?q=a", [200, 200, 200, 401]],
  ["MKCOL", "/files/made-PROTOCOL/", [401, 403, 201, 401]],
  ["PUT", "/files/one-PROTOCOL", [401, 403, 201, 401], { body: "x" }],
  ["COPY", "/files/one-PROTOCOL", [401, 403, 201, 401], to("/files/two-PROTOCOL")],
  ["MOVE", "/files/two-PROTOCOL", [401, 403, 201, 401], to("/files/made-PROTOCOL/two")],
  // Both ends count.
  ["COPY", "/files/one-PROTOCOL", [401, 403, 403, 401], to("/readonly/b")],
  ["COPY", "/files/one-PROTOCOL", [401, 403, 403, 401], to("/closed/b")],
  ["MOVE", "/files/one-PROTOCOL", [401, 403, 403, 401], to("/readonly/b")],
  ["MOVE", "/readonly/a.txt", [403, 403, 403, 403], to("/files/b-PROTOCOL")],
  ["COPY", "/files/one-PROTOCOL", [401, 403, 201, 401], to("/public/copied-PROTOCOL")],
  ["PROPPATCH", "/files/one-PROTOCOL", [401, 403, 207, 401], {
    body: `<propertyupdate xmlns="DAV:"><set><prop><x xmlns="a:">1</x></prop></set></propertyupdate>`,
  }],
  ["LOCK", "/files/lock-PROTOCOL", [401, 403, 201, 401], { body: LOCK }],
  ["UNLOCK", "/files/one-PROTOCOL", [401, 403, 409, 401], { fields: { "Lock-Token": "<urn:uuid:none>" } }],
  ["PUT", "/files/part-PROTOCOL", [401, 403, 104, 401], { body: "x", fields: PART }],
  ["PATCH", "/files/part-PROTOCOL?upload=none", [401, 403, 409, 401], {
    body: "x",
    fields: { "Content-Type": "application/partial-upload", "Upload-Offset": "1", "Upload-Complete": "?1" },
  }],
  ["HEAD", "/files/part-PROTOCOL?upload=none", [401, 404, 404, 401]],
  ["DELETE", "/files/part-PROTOCOL?upload=none", [401, 403, 404, 401]],
  ["DELETE", "/files/made-PROTOCOL/", [401, 403, 204, 401]],
];

const WRITING: readonly Row[] = [
  ["PUT", "/files/new.txt", [401, 403, 201, 401], { body: "x" }],
  ["POST", "/files/", [401, 403, 201, 401], { body: "x" }],
  ["DELETE", "/files/new.txt", [401, 403, 204, 401]],
  ["PUT", "/public/new.txt", [401, 403, 201, 401], { body: "x" }],
  ["DELETE", "/public/new.txt", [401, 403, 204, 401]],
  ["PUT", "/readonly/new.txt", [403, 403, 403, 403], { body: "x" }],
  ["DELETE", "/closed/a.txt", [403, 403, 403, 403]],
  // Rights come before whether anybody answers such a method, and before how much is sent.
  ["DELETE", "/a.txt", [401, 403, 405, 401]],
  ["PUT", "/files/large", [401, 403, 413, 401], { fields: { "Content-Length": "100000000" } }],
  ["TRACE", "/files/a.txt", [401, 403, 405, 401]],
  ["MADEUP", "/files/a.txt", [401, 403, 501, 401]],
  ["POST", "/cgi/env.sh", [401, 403, 200, 401], { body: "x" }],
  ["POST", "/cgi-public/env.sh", [200, 200, 200, 401], { body: "x" }],
];

/** @param rows with PROTOCOL in names that may be used once */
async function checkTable(rows: readonly Row[]): Promise<void> {
  const { port } = await keptServer(ACCESS_SERVER), protocol = byProtocol("1", "2");
  const named = (text: string) => text.replace("PROTOCOL", protocol);
  const all: unknown[] = [];
  for (const [method, target, , { body, fields = {} } = {}] of rows) {
    const own = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, named(value)]));
    const got: number[] = [];
    for (const name of ["anonymous", "reader", "writer", "wrong"] as const) {
      const options = { method, fields: { ...WHO[name], ...own }, ...body !== undefined && { body } };
      got.push((await ask(port, named(target), options)).status);
    }
    all.push([method, target, ...got]);
  }
  assertEquals(all, rows.map(([method, target, expected]) => [method, target, ...expected]));
}

test("what reads is for whom access says, wherever it leads", () => checkTable(READING));

test("what writes is for whom access says, and asked before anything else", () => checkTable(WRITING));

test("folders, copies, locks, archives, searches and uploads in parts are for whom access says", () =>
  checkTable(SHARING));

test("401 says where and how to log in, and nothing of what is there; others say nothing of it", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  for (const who of ["anonymous", "wrong", "unknown", "malformed", "other"] as const) {
    const answer = await ask(port, "/files/a.txt", { fields: WHO[who] });
    assertEquals([who, answer.status, answer.field("www-authenticate")], [
      who,
      401,
      'Basic realm="Family", charset="UTF-8"',
    ]);
    assertEquals(answer.field("etag"), undefined);
  }
  const guest = await ask(port, "/files/a.txt", { fields: basic("guest", "guest!") });
  assertEquals([guest.status, guest.field("www-authenticate")], [403, undefined]);
  assertEquals((await ask(port, "/everybody/a.txt", { fields: basic("guest", "guest!") })).status, 200);
});

test("programs hear who has logged in, and not the password; who was not asked is nobody", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  const said = async (target: string, fields: Readonly<Record<string, string>> = {}) =>
    (await ask(port, target, { fields })).text;
  assertEquals(await said("/cgi/env.sh", WHO.reader), "reader Basic hidden");
  assertEquals(await said("/cgi-public/env.sh", WHO.reader), "reader Basic hidden");
  assertEquals(await said("/cgi-public/env.sh"), "nobody none hidden");
  assertEquals(await said("/cgi-off/env.sh", WHO.reader), "nobody none hidden");
  assertEquals(
    await said("/cgi-public/env.sh", { "Remote-User": "writer", "X-Remote-User": "writer" }),
    "nobody none hidden",
  );
});

test("no cache that others share keeps what was for one user", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  const fields = async (target: string, who: keyof typeof WHO) => {
    const answer = await ask(port, target, { fields: WHO[who] });
    return [answer.field("cache-control"), /authorization/i.test(answer.field("vary") ?? "")];
  };
  assertEquals(await fields("/files/a.txt", "reader"), ["private, no-cache", false]);
  assertEquals(await fields("/public/a.txt", "reader"), ["no-cache", true]);
  assertEquals(await fields("/off/a.txt", "reader"), ["no-cache", false]);
});

test("a page for errors is for those who may read it, and the built-in one for everybody", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  const text = async (who: keyof typeof WHO) => {
    const { status, text } = await ask(port, "/off/missing", { fields: WHO[who] });
    return [status, text.includes("not here")];
  };
  assertEquals(await text("anonymous"), [404, false]);
  assertEquals(await text("wrong"), [404, false]);
});

test(
  "no body is asked for before it is known who sends it",
  { ignore: byProtocol(false, true) },
  async () => {
    const { port } = await keptServer(ACCESS_SERVER);
    const answer = await ask(port, "/files/new.txt", {
      method: "PUT",
      fields: { Expect: "100-continue", "Content-Length": "5" },
    });
    assertEquals(answer.status, 401);
  },
);

test("lists, searches, archives and properties have nothing that a GET would refuse, and no program's source", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  const text = async (target: string, who: keyof typeof WHO, method = "GET") =>
    (await ask(port, target, { method, fields: { ...WHO[who], Accept: "application/json", Depth: "1" } }))
      .text;
  /** Who sees what: `r` the reader, `w` the writer. */
  const seen = async (target: string, names: readonly string[], method?: string) => {
    const [reader, writer] = [await text(target, "reader", method), await text(target, "writer", method)];
    return names.map((name) => (reader.includes(name) ? "r" : "") + (writer.includes(name) ? "w" : ""));
  };
  const names = ["a.txt", "writers", "secret.txt", "source.sh"];
  assertEquals(await seen("/files/", names), ["rw", "w", "", ""]);
  assertEquals(await seen("/files/", names, "PROPFIND"), ["rw", "w", "", ""]);
  assertEquals(await seen("/files/?q=t", names), ["rw", "w", "w", ""]);
  assertEquals(await seen("/files/?archive=tar", names), ["rw", "w", "w", ""]);
  // A program is run by a GET, so it has a place in a list; its source is nowhere.
  assertEquals(await seen("/mixed/", names), ["rw", "w", "", "rw"]);
  assertEquals(await seen("/mixed/?q=t", names), ["rw", "w", "w", ""]);
  assertEquals(await seen("/mixed/?archive=tar", [...names, "echo ran"]), ["rw", "w", "w", "", ""]);
});
