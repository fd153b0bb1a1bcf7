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
  ["OPTIONS", "/files/a.txt", [401, 204, 204, 401]],
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
  ["OPTIONS", "/files/a.txt", [401, 204, 204, 401], {
    fields: { Origin: "http://other.test", "Access-Control-Request-Method": "GET" },
  }],
  ["GET", "/api/a.txt", [401, 200, 200, 401], { fields: { Origin: "http://other.test" } }],
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

test("each method is for whom access says, wherever it leads", async () => {
  const { port } = await keptServer(ACCESS_SERVER);
  const names = ["anonymous", "reader", "writer", "wrong"] as const;
  for (const [method, target, expected, more = {}] of [...READING, ...WRITING]) {
    const got: number[] = [];
    for (const name of names) {
      const { status } = await ask(port, target, {
        method,
        ...more,
        fields: { ...WHO[name], ...more.fields },
      });
      got.push(status);
    }
    assertEquals([method, target, ...got], [method, target, ...expected]);
  }
});

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
