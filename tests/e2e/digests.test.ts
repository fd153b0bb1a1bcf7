/**
 * Digest fields (RFC 9530): checked of what is stored, sent of what is asked for.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { filesIn, FORM_TYPE, formOf, send } from "./store_support.ts";
import { sharedServer } from "./wire_support.ts";

const LARGE = "0123456789abcdef".repeat(20_000);
const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    compression: [gzip]
    locations:
      /files/: { upload_store: store, alias: store, fsync: on }
      /sync/: { upload_store: synced, alias: synced, fsync: on, dav: on }
`,
  files: {
    "site/ok.txt": "fine",
    "site/large.bin": LARGE,
    "site/page.css": "a".repeat(5000),
    store: null,
    synced: null,
  },
});

const digest = (content: string | Uint8Array, algorithm = "sha-256") =>
  `${algorithm}=:${createHash(algorithm.replace("-", "")).update(content).digest("base64")}:`;

const FORM = formOf({ "form.txt": "in a form" });

/** The field, and whether what comes with it is stored. */
const CASES: readonly (readonly [string, string, string, boolean])[] = [
  ["the right sha-256", "Content-Digest", digest("body"), true],
  ["the right sha-512", "Repr-Digest", digest("body", "sha-512"), true],
  ["both of them", "Repr-Digest", `${digest("body")}, ${digest("body", "sha-512")}`, true],
  ["a parameter", "Content-Digest", `${digest("body")};a=1`, true],
  ["an algorithm that nobody knows", "Content-Digest", `md5=:AAAA:, x="a,b", y`, true],
  ["another's sha-256", "Content-Digest", digest("other"), false],
  ["another's sha-512", "Repr-Digest", digest("other", "sha-512"), false],
  ["a right and a wrong one", "Repr-Digest", `${digest("body")}, ${digest("other", "sha-512")}`, false],
  ["one that is too short", "Content-Digest", "sha-256=:AAAA:", false],
  ["one that is too long", "Content-Digest", digest("body", "sha-512").replace("512", "256"), false],
  ["one that is no bytes", "Content-Digest", "sha-256=abc", false],
  ["one that is no base64", "Content-Digest", "sha-256=:a:", false],
  ["a field that is no dictionary", "Content-Digest", "sha-256=:", false],
];

for (const [what, field, value, isStored] of CASES) {
  test(`PUT and POST with ${what} in ${field} are ${isStored ? "stored" : "400"}`, async () => {
    const store = join(server.folder, "store"), before = filesIn(store);
    const name = `put-${crypto.randomUUID()}`;
    const put = await send(server, "PUT", `/files/${name}`, "body", { [field]: value });
    const post = await send(server, "POST", "/files/", "body", {
      [field]: value,
      "Content-Type": "text/plain",
    });
    assertEquals([put.status, post.status], isStored ? [201, 201] : [400, 400]);
    assertEquals(filesIn(store).length - before.length, isStored ? 2 : 0);
  });
}

test("a form has the digest of all that is sent, and none of its files is stored if that is wrong", async () => {
  const store = join(server.folder, "store"), name = byProtocol("form.txt", "form-2.txt");
  const form = FORM.replace("form.txt", name), fields = { "Content-Type": FORM_TYPE };
  const wrong = await send(server, "POST", "/files/", form, { ...fields, "Content-Digest": digest("x") });
  assertEquals([wrong.status, filesIn(store).includes(name)], [400, false]);
  const right = await send(server, "POST", "/files/", form, { ...fields, "Content-Digest": digest(form) });
  assertEquals([right.status, filesIn(store).includes(name)], [201, true]);
});

for (
  const [wanted, field, target, headers, expected] of [
    ["sha-256=1", "repr", "/ok.txt", {}, digest("fine")],
    ["sha-512=3, sha-256=2", "repr", "/ok.txt", {}, digest("fine", "sha-512")],
    ["sha-256=10, sha-512=3", "repr", "/large.bin", {}, digest(LARGE)],
    ["sha-256=1", "content", "/large.bin", {}, digest(LARGE)],
    ["sha-256=1", "repr", "/large.bin", { Range: "bytes=5-9" }, digest(LARGE)],
    ["sha-256=1", "content", "/large.bin", { Range: "bytes=5-9" }, undefined],
    ["sha-256=0", "repr", "/ok.txt", {}, undefined],
    ["sha-256=0, sha-512=1", "repr", "/ok.txt", {}, digest("fine", "sha-512")],
    ["sha-256", "repr", "/ok.txt", {}, undefined],
    ["sha-256=11", "repr", "/ok.txt", {}, undefined],
    ["md5=9", "repr", "/ok.txt", {}, undefined],
    ["sha-256=1", "repr", "/missing", {}, undefined],
  ] as const
) {
  test(`GET and HEAD of ${target} with Want-${field}-Digest: ${wanted} say ${expected}`, async () => {
    for (const method of ["GET", "HEAD"]) {
      const answer = await ask(server.port, target, {
        method,
        fields: { [`Want-${field}-Digest`]: wanted, ...headers },
      });
      const isPart = method === "HEAD" && "Range" in headers && field === "content";
      assertEquals(answer.field(`${field}-digest`), isPart ? digest(LARGE) : expected);
    }
  });
}

test("the digest of what is sent compressed is that of its coding", async () => {
  const headers = { "Want-Repr-Digest": "sha-256=1", "Accept-Encoding": "gzip" };
  const answer = await ask(server.port, "/page.css", { fields: headers });
  assertEquals([answer.field("content-encoding"), answer.field("repr-digest")], [
    "gzip",
    digest(answer.body),
  ]);
});

test("with fsync what is stored, copied, moved and made is there", async () => {
  const name = byProtocol("one", "two"), folder = join(server.folder, "synced");
  assertEquals((await send(server, "MKCOL", `/sync/${name}/`)).status, 201);
  assertEquals((await send(server, "PUT", `/sync/${name}/a`, "a")).status, 201);
  assertEquals(
    (await send(server, "POST", `/sync/${name}/`, FORM, { "Content-Type": FORM_TYPE })).status,
    201,
  );
  assertEquals(
    (await send(server, "COPY", `/sync/${name}/a`, undefined, { Destination: `/sync/${name}/b` })).status,
    201,
  );
  assertEquals(
    (await send(server, "MOVE", `/sync/${name}/b`, undefined, { Destination: `/sync/${name}/c` })).status,
    201,
  );
  assertEquals((await send(server, "DELETE", `/sync/${name}/a`)).status, 204);
  assertEquals(filesIn(join(folder, name)), ["c", "form.txt"]);
});
