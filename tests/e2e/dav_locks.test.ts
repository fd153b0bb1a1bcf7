/**
 * Locks of WebDAV (RFC 4918 sections 6, 7, 9.10, 9.11 and 10.4): they hold for every way of writing, in every worker.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import {
  DAV_CONFIG,
  DAV_FILES,
  type Fields,
  lock,
  lockInfo,
  propfind,
  tokenOf,
  unlock,
  xml,
} from "./dav_support.ts";
import { FORM_END, FORM_TYPE, formPart } from "./store_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({ config: DAV_CONFIG, files: DAV_FILES });
const { port } = server;
const LOCKED = `${server.folder}/store`;

let made = 0;

/** A folder of a case's own, with a file in it. */
async function place(): Promise<string> {
  const name = `case-${++made}`;
  await Deno.mkdir(`${LOCKED}/${name}/inner`, { recursive: true });
  await Deno.writeTextFile(`${LOCKED}/${name}/a.txt`, "before");
  await Deno.writeTextFile(`${LOCKED}/${name}/inner/b.txt`, "before");
  return name;
}

interface Way {
  readonly what: string;
  readonly method: string;
  readonly target: string;
  readonly fields?: (name: string) => Fields;
  readonly body?: string;
  /** What is locked; `a.txt` where nothing else is said. */
  readonly locks?: string;
  readonly depth?: string;
  /** 207 names a part of what was asked for. */
  readonly status?: number;
  readonly allowed: number;
}

const to = (path: string) => (name: string): Fields => ({ Destination: `/dav/${name}/${path}` });
const form = formPart('; name="f"; filename="a.txt"', "changed") + FORM_END;
const patch = xml("propertyupdate", "<D:set><D:prop><x:p>1</x:p></D:prop></D:set>");

const WAYS: readonly Way[] = [
  { what: "PUT", method: "PUT", target: "a.txt", body: "changed", allowed: 204 },
  { what: "PUT in another location", method: "PUT", target: "drop:a.txt", body: "changed", allowed: 204 },
  {
    what: "a form",
    method: "POST",
    target: "drop:",
    body: form,
    fields: () => ({ "Content-Type": FORM_TYPE, Accept: "application/json" }),
    allowed: 201,
  },
  { what: "POST of a new file", method: "POST", target: "", body: "x", locks: "", allowed: 201 },
  {
    what: "PUT of a new file into a locked folder",
    method: "PUT",
    target: "new",
    body: "x",
    locks: "",
    allowed: 201,
  },
  {
    what: "PUT below a deeply locked folder",
    method: "PUT",
    target: "inner/b.txt",
    body: "x",
    locks: "",
    depth: "infinity",
    allowed: 204,
  },
  { what: "DELETE", method: "DELETE", target: "a.txt", allowed: 204 },
  {
    what: "DELETE of the folder around it",
    method: "DELETE",
    target: "",
    locks: "inner/b.txt",
    status: 207,
    allowed: 204,
  },
  { what: "MKCOL in a locked folder", method: "MKCOL", target: "new/", locks: "", allowed: 201 },
  { what: "MOVE away", method: "MOVE", target: "a.txt", fields: to("c.txt"), allowed: 201 },
  {
    what: "MOVE of the folder around it",
    method: "MOVE",
    target: "inner",
    locks: "inner/b.txt",
    fields: to("other"),
    status: 207,
    allowed: 201,
  },
  { what: "MOVE onto it", method: "MOVE", target: "inner/b.txt", fields: to("a.txt"), allowed: 204 },
  { what: "COPY onto it", method: "COPY", target: "inner/b.txt", fields: to("a.txt"), allowed: 204 },
  {
    what: "COPY into a locked folder",
    method: "COPY",
    target: "inner/b.txt",
    locks: "",
    fields: to("c.txt"),
    allowed: 201,
  },
  { what: "PROPPATCH", method: "PROPPATCH", target: "a.txt", body: patch, allowed: 207 },
  {
    what: "LOCK of a new name in a locked folder",
    method: "LOCK",
    target: "new",
    locks: "",
    body: lockInfo(),
    allowed: 201,
  },
];

for (
  const { what, method, target, fields, body, locks = "a.txt", depth = "0", status = 423, allowed } of WAYS
) {
  test(`${what}: ${status} against somebody else's lock, and done with its token`, async () => {
    const name = await place();
    const [, location = "dav", path] = /^(?:(\w+):)?(.*)$/.exec(target)!;
    const locked = `/dav/${name}/${locks}`;
    const token = await tokenOf(port, locked, { Depth: depth });
    const send = (more: Fields = {}) =>
      ask(port, `/${location}/${name}/${path}`, {
        method,
        fields: { ...fields?.(name), ...more },
        ...(body !== undefined && { body }),
      });
    const refused = await send();
    assertEquals(refused.status, status, refused.text);
    assertStringIncludes(refused.text, "lock-token-submitted");
    assertStringIncludes(refused.text, `<D:href>${locked}</D:href>`);
    assertEquals(await Deno.readTextFile(`${LOCKED}/${name}/a.txt`), "before");
    const list = `(${token})`;
    assertEquals((await send({ If: `<${locked}> ${list}` })).status, allowed);
  });
}

test("of two who want a lock one gets it, and the other is told who has it", async () => {
  const name = await place(), path = `/dav/${name}/a.txt`;
  const answers = await Promise.all(Array.from({ length: 6 }, () => lock(port, path)));
  const statuses = answers.map(({ status }) => status).sort();
  assertEquals(statuses, [200, 423, 423, 423, 423, 423]);
  const loser = answers.find(({ status }) => status === 423)!;
  assertStringIncludes(loser.text, `<D:no-conflicting-lock><D:href>${path}</D:href>`);
  const token = answers.find(({ status }) => status === 200)!.field("lock-token")!;
  assertEquals([await unlock(port, path, "<urn:x>"), await unlock(port, path, token)], [409, 204]);
  assertEquals((await lock(port, path)).status, 200);
});

test("shared locks stand beside each other, an exclusive one does not", async () => {
  const name = await place(), path = `/dav/${name}/a.txt`;
  const shared = [await lock(port, path, {}, "shared"), await lock(port, path, {}, "shared")];
  assertEquals(shared.map(({ status }) => status), [200, 200]);
  assertEquals((await lock(port, path)).status, 423);
  assertEquals((await ask(port, path, { method: "PUT", body: "x" })).status, 423);
  const told = await propfind(port, path, {}, "<D:prop><D:lockdiscovery/></D:prop>");
  assertEquals(told.text.split("<D:activelock>").length, 3);
});

test("a lock on what is not there makes an empty file; a refresh makes it last, and an unlock ends it", async () => {
  const name = await place(), path = `/dav/${name}/fresh.txt`;
  const locked = await lock(port, path, { Timeout: "Second-100" }), token = locked.field("lock-token")!;
  assertEquals([locked.status, await Deno.readTextFile(`${LOCKED}/${name}/fresh.txt`)], [201, ""]);
  assertStringIncludes(locked.text, "<D:timeout>Second-100</D:timeout>");
  assertStringIncludes(locked.text, "<D:owner>anna</D:owner>");
  const again = await ask(port, path, {
    method: "LOCK",
    fields: { If: `(${token})`, Timeout: "Infinite, Second-900" },
  });
  assertEquals([again.status, again.field("lock-token")], [200, undefined]);
  assertStringIncludes(again.text, "<D:timeout>Second-900</D:timeout>");
  assertEquals((await ask(port, path, { method: "LOCK", fields: { If: "(<urn:x>)" } })).status, 412);
  assertEquals(await unlock(port, path, token), 204);
  assertEquals((await ask(port, path, { method: "PUT", body: "x" })).status, 204);
});

test("a lock is on the place, by whatever URL it is reached, and goes where nothing is left of it", async () => {
  const name = `direct-${++made}.txt`;
  await Deno.writeTextFile(`${LOCKED}/folder/${name}`, "before");
  const token = await tokenOf(port, `/dav/folder/${name}`);
  for (const target of [`/sub/${name}`, `/drop/folder/${name}`, `/dav/%66older/${name}`]) {
    assertEquals((await ask(port, target, { method: "PUT", body: "x" })).status, 423, target);
  }
  const fields = { If: `(${token})` };
  assertEquals((await ask(port, `/sub/${name}`, { method: "DELETE", fields })).status, 204);
  assertEquals((await ask(port, `/sub/${name}`, { method: "PUT", body: "x" })).status, 201);
});

test("conditions of If: what does not hold is 412 for all that reads and writes, what is none is 400", async () => {
  const name = await place(), path = `/dav/${name}/a.txt`;
  const etag = (await ask(port, path)).field("etag")!;
  const statuses = async (method: string, value: string, body?: string) =>
    (await ask(port, path, { method, fields: { If: value }, ...(body !== undefined && { body }) })).status;
  for (const method of ["GET", "HEAD", "PUT", "PROPPATCH", "LOCK", "DELETE"]) {
    const body = method === "PUT"
      ? "x"
      : method === "PROPPATCH"
      ? patch
      : method === "LOCK"
      ? lockInfo()
      : undefined;
    assertEquals(await statuses(method, '(["other"])', body), 412, method);
    assertEquals(await statuses(method, "nonsense", body), 400, method);
  }
  assertEquals(await statuses("GET", `([${etag}])`), 200);
  assertEquals(await statuses("PUT", `(<DAV:no-lock>) ([${etag}])`, "x"), 204);
  assertEquals(await statuses("PUT", `([${etag}])`, "y"), 412);
});

test("a request that makes no sense is refused: depths, bodies, tokens", async () => {
  const name = await place(), path = `/dav/${name}/a.txt`;
  assertEquals((await lock(port, path, { Depth: "1" })).status, 400);
  assertEquals((await ask(port, path, { method: "LOCK", body: "<x" })).status, 400);
  assertEquals((await ask(port, path, { method: "LOCK" })).status, 400);
  assertEquals((await ask(port, path, { method: "UNLOCK" })).status, 400);
  assertEquals((await lock(port, `/dav/${name}/none/x`)).status, 409);
  assertEquals((await lock(port, `/dav/${name}/none/`)).status, 409);
  assertEquals((await lock(port, path, { "Sec-Fetch-Site": "cross-site" })).status, 403);
  assert((await lock(port, path)).status === 200);
});

test("what is written after a lock was granted has its token: of writes that race with it none comes later", async () => {
  for (let round = 0; round < 10; round++) {
    const name = await place(), path = `/dav/${name}/a.txt`;
    const writes = Array.from({ length: 6 }, async (_, i) => {
      const target = i % 2 === 0 ? path : `/drop/${name}/a.txt`;
      return (await ask(port, target, { method: "PUT", body: `${i}` })).status;
    });
    const locking = lock(port, path).then(async (answer) => [
      answer.status,
      await Deno.readTextFile(`${LOCKED}/${name}/a.txt`),
    ]);
    const statuses = await Promise.all(writes), [status, content] = await locking;
    assertEquals([status, await Deno.readTextFile(`${LOCKED}/${name}/a.txt`)], [200, content]);
    assert(statuses.every((one) => one === 204 || one === 423), statuses.join());
  }
});
