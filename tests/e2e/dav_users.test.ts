/**
 * WebDAV where people log in: a lock is its maker's, and nothing is told that a GET would refuse; and resumable uploads
 * into what somebody else has locked.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { test } from "../support/protocols.ts";
import { type Fields, hrefsIn, lock, propfind, tokenOf } from "./dav_support.ts";
import { append, begin, upload } from "./resumable_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    auth_basic: family
    auth_basic_user_file: users
    access: { read: all, write: users }
    locations:
      /dav/: { upload_store: store, dav: on, autoindex: on }
      /dav/ben/: { upload_store: store/ben, alias: store/ben, dav: on, access: { read: [ben], write: [ben] } }
      /dav/team/box/: { upload_store: store/team/box, dav: on, access: { read: none, write: all } }
      = /dav/fixed.txt: { upload_store: store, access: { write: none } }
      = /dav/closed/: { deny: all }
      /dav/later/kept/: { upload_store: store/later/kept, dav: on, access: { write: none } }
`,
  files: { users: await usersFile(), "store/ben/secret.txt": "x", "store/a.txt": "x", site: null },
});
const { port } = server;

async function usersFile(): Promise<string> {
  const line = async (name: string) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", new TextEncoder().encode(name)));
    return `${name}:{SHA}${btoa(String.fromCharCode(...hash))}\n`;
  };
  return await line("anna") + await line("ben");
}

const as = (name: string): Fields => ({ Authorization: `Basic ${btoa(`${name}:${name}`)}` });

let made = 0;

test("a lock is its maker's: another user's token opens nothing, and ends nothing", async () => {
  const path = `/dav/locked-${++made}.txt`, token = await tokenOf(port, path, as("anna"));
  const put = async (fields: Fields) =>
    (await ask(port, path, { method: "PUT", body: "y", fields: { If: `(${token})`, ...fields } })).status;
  const unlock = async (fields: Fields) =>
    (await ask(port, path, { method: "UNLOCK", fields: { "Lock-Token": token, ...fields } })).status;
  assertEquals([await put({}), await put(as("ben")), await put(as("anna"))], [401, 423, 204]);
  assertEquals([await unlock({}), await unlock(as("ben")), await unlock(as("anna"))], [401, 403, 204]);
  assertEquals((await lock(port, path)).status, 401);
});

test("a lock tells nothing of what one may not read, and is none where one may not write", async () => {
  const path = `/dav/ben/hidden-${++made}.txt`, token = await tokenOf(port, path, as("ben"));
  const whole = (name: string) => lock(port, "/dav/", { Depth: "infinity", ...as(name) });
  const told = async (name: string, method: string, fields: Fields) => {
    const answer = await ask(port, "/dav/", { method, fields: { ...fields, ...as(name) } });
    return [answer.status, answer.text.includes("hidden")];
  };
  assertEquals((await whole("anna")).status, 403);
  assertEquals(await told("anna", "MOVE", { Destination: "/dav/x" }), [207, false]);
  assertEquals(await told("ben", "MOVE", { Destination: "/dav/x" }), [207, true]);
  const ended = { method: "UNLOCK", fields: { "Lock-Token": token, ...as("ben") } };
  assertEquals((await ask(port, path, ended)).status, 204);
  assertEquals((await whole("anna")).status, 403);
  assertEquals((await ask(port, path, { method: "DELETE", fields: as("ben") })).status, 204);
});

test("PROPFIND leaves out what whoever asks may not read", async () => {
  const hrefs = async (fields: Fields, path = "/dav/") => {
    const answer = await propfind(port, path, { Depth: "1", ...fields });
    return answer.status === 207 ? hrefsIn(answer).filter((href) => href.includes("ben")) : answer.status;
  };
  assertEquals([await hrefs({}), await hrefs(as("anna"))], [[], []]);
  assertEquals(await hrefs(as("ben")), ["/dav/ben/"]);
  assertEquals([await hrefs({}, "/dav/ben/"), await hrefs(as("anna"), "/dav/ben/")], [401, 403]);
  assertEquals(await hrefs(as("ben"), "/dav/ben/"), ["/dav/ben/", "/dav/ben/secret.txt"]);
  // The lock of a folder above is no way in.
  const moved = await ask(port, "/dav/ben/secret.txt", {
    method: "COPY",
    fields: { Destination: "/dav/got.txt", ...as("anna") },
  });
  assertEquals(moved.status, 403);
});

test("a folder does not take along what may be written and not read, nor comes over a place for others", async () => {
  const carry = async (method: string, from: string, Destination: string) =>
    (await ask(port, from, { method, fields: { Destination, ...as("anna") } })).status;
  const put = async (path: string) =>
    (await ask(port, path, { method: "PUT", body: "x", fields: as("anna") })).status;
  const at = (path: string) => `${server.folder}/store/${path}`;
  await Deno.mkdir(at("team/box"), { recursive: true });
  await Deno.writeTextFile(at("team/box/dropped.txt"), "dropped");
  assertEquals([await carry("MOVE", "/dav/team", `/dav/open-${++made}`), existsSync(at("team/box"))], [
    403,
    true,
  ]);
  const copy = `open-${++made}`;
  assertEquals(await carry("COPY", "/dav/team", `/dav/${copy}`), 201);
  assertEquals([existsSync(at(copy)), existsSync(at(`${copy}/box`))], [true, false]);

  await Deno.mkdir(at(`come-${++made}/kept`), { recursive: true });
  await Deno.remove(at("later"), { recursive: true });
  const from = `/dav/come-${made}`;
  assertEquals(await put(`${from}/kept/x.txt`), 201);
  for (const method of ["COPY", "MOVE"]) assertEquals(await carry(method, from, "/dav/later"), 403, method);
  assertEquals([await put("/dav/later/kept/x.txt"), existsSync(at("later"))], [403, false]);
  await Deno.mkdir(at("later/kept"), { recursive: true });
});

test("a file of a form has no name that another location has for those who may write it", async () => {
  const form = (name: string) => ({
    fields: { "Content-Type": "multipart/form-data; boundary=b", ...as("anna") },
    body: `--b\r\nContent-Disposition: form-data; name=f; filename=${name}\r\n\r\nx\r\n--b--\r\n`,
  });
  const post = async (name: string) => (await ask(port, "/dav/", { method: "POST", ...form(name) })).status;
  assertEquals([await post(`free-${++made}.txt`), await post("fixed.txt"), await post("ben")], [
    201,
    403,
    403,
  ]);
  const fields = { "Upload-Complete": "?1", "Content-Disposition": 'attachment; filename="fixed.txt"' };
  assertEquals((await upload(server, "POST", "/dav/", { ...fields, ...as("anna") }, "x")).last.status, 403);
  assertEquals(existsSync(`${server.folder}/store/fixed.txt`), false);
});

test("PROPFIND of a folder without its slash is what it is with it", async () => {
  await Deno.mkdir(`${server.folder}/store/closed`, { recursive: true });
  const status = async (path: string) => (await propfind(port, path, { Depth: "1" })).status;
  assertEquals([await status("/dav/closed/"), await status("/dav/closed")], [403, 403]);
});

test("a resumable upload meets the lock where it begins, and where it ends", async () => {
  const path = `/dav/resumed-${++made}.txt`, ben = as("ben");
  const address = await begin(server, path, "one", ben);
  const token = await tokenOf(port, path, as("anna"));
  assertEquals(
    (await upload(server, "PUT", path, { "Upload-Complete": "?1", ...ben }, "one")).last.status,
    423,
  );
  const refused = await append(server, address, 3, true, "two", ben);
  assertEquals(refused.last.status, 423, refused.last.text);
  assertEquals((await ask(port, path)).text, "");
  assertEquals(
    (await ask(port, path, { method: "UNLOCK", fields: { "Lock-Token": token, ...as("anna") } })).status,
    204,
  );
  const done = await append(server, address, 3, true, "two", ben);
  assertEquals([done.last.status, (await ask(port, path)).text], [204, "onetwo"]);
});
