/**
 * MKCOL, COPY, MOVE and DELETE of files and folders in stores (RFC 4918 sections 9.3, 9.6, 9.8 and 9.9).
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { byProtocol, test } from "../support/protocols.ts";
import { send } from "./store_support.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: site
    locations:
      /files/: { upload_store: store, alias: store, autoindex: on }
      /files/shown/: { alias: store/shown }
      /dav/: { upload_store: davs, alias: davs, dav: on }
      /other/: { upload_store: others, alias: others }
      /plain/: { alias: site }
`,
  files: { "site/ok.txt": "fine", "store/shown/page.html": "page", davs: null, others: null },
});

const STORES: Readonly<Record<string, string>> = { files: "store", dav: "davs", other: "others" };
const BEFORE = ["a.txt", "b.txt", "d/", "d/e/", "d/e/y.txt", "d/x.txt", "empty/"];

/** All below a folder, folders with a slash behind them. */
function treeIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? [`${name}/`, ...treeIn(join(folder, name)).map((path) => `${name}/${path}`)] : [name]
  ).sort();
}

function plant(folder: string): void {
  Deno.mkdirSync(join(folder, "d/e"), { recursive: true });
  Deno.mkdirSync(join(folder, "empty"));
  for (const name of ["a.txt", "b.txt", "d/x.txt", "d/e/y.txt"]) {
    Deno.writeTextFileSync(join(folder, name), name);
  }
}

let made = 0;

/** A folder of a store's own for each case: where it lies on the disk, and its path. */
function place(store = "files"): { folder: string; path: string } {
  const name = `case-${++made}`;
  const folder = join(server.folder, STORES[store]!, name);
  plant(folder);
  return { folder, path: `/${store}/${name}` };
}

type Fields = Readonly<Record<string, string>>;

/** `to` is a Destination in the case's folder, or a whole one. What comes and what goes is compared with BEFORE. */
interface Case {
  readonly what: string;
  readonly method: string;
  readonly target: string;
  readonly to?: string;
  readonly fields?: Fields;
  readonly body?: string;
  readonly status: number;
  readonly store?: string;
  readonly comes?: readonly string[];
  readonly goes?: readonly string[];
  readonly location?: string;
}

const D = ["d/", "d/e/", "d/e/y.txt", "d/x.txt"];
const in_ = (folder: string) => D.map((path) => path.replace(/^d\//, folder));
const ALL = { Depth: "infinity" }, F = { Overwrite: "F" }, T = { Overwrite: "T" };

const CASES: readonly Case[] = [
  { what: "MKCOL makes a folder", method: "MKCOL", target: "/new/", status: 201, comes: ["new/"] },
  {
    what: "MKCOL without a slash, with its Location",
    method: "MKCOL",
    target: "/n%C3%A9w",
    status: 201,
    comes: ["néw/"],
    location: "/n%C3%A9w/",
  },
  { what: "MKCOL of a folder that is there", method: "MKCOL", target: "/d/", status: 405 },
  { what: "MKCOL of a file's name", method: "MKCOL", target: "/a.txt", status: 405 },
  { what: "MKCOL without a parent", method: "MKCOL", target: "/x/y/", status: 409 },
  { what: "MKCOL below a file", method: "MKCOL", target: "/a.txt/y/", status: 409 },
  { what: "MKCOL with a body", method: "MKCOL", target: "/new/", body: "<x/>", status: 415 },
  {
    what: "MKCOL with an empty body",
    method: "MKCOL",
    target: "/new/",
    body: "",
    status: 201,
    comes: ["new/"],
  },
  { what: "MKCOL of a reserved name", method: "MKCOL", target: "/CON", status: 400 },
  {
    what: "MKCOL with a condition",
    method: "MKCOL",
    target: "/new/",
    fields: { "If-Match": "*" },
    status: 412,
  },
  { what: "DELETE of an empty folder", method: "DELETE", target: "/empty/", status: 204, goes: ["empty/"] },
  { what: "DELETE of a folder that is not empty", method: "DELETE", target: "/d/", status: 409 },
  { what: "DELETE of all of a folder", method: "DELETE", target: "/d/", fields: ALL, status: 204, goes: D },
  {
    what: "DELETE of all of a file",
    method: "DELETE",
    target: "/a.txt",
    fields: ALL,
    status: 204,
    goes: ["a.txt"],
  },
  { what: "DELETE with Depth 0", method: "DELETE", target: "/d/", fields: { Depth: "0" }, status: 400 },
  { what: "DELETE of a folder with dav", method: "DELETE", target: "/d", status: 204, goes: D, store: "dav" },
  { what: "DELETE of a missing folder", method: "DELETE", target: "/x/", fields: ALL, status: 404 },
  { what: "COPY of a file", method: "COPY", target: "/a.txt", to: "/c.txt", status: 201, comes: ["c.txt"] },
  { what: "COPY over a file", method: "COPY", target: "/a.txt", to: "/b.txt", status: 204 },
  { what: "COPY over a file with F", method: "COPY", target: "/a.txt", to: "/b.txt", fields: F, status: 412 },
  {
    what: "COPY to a new name with F",
    method: "COPY",
    target: "/a.txt",
    to: "/c.txt",
    fields: F,
    status: 201,
    comes: ["c.txt"],
  },
  {
    what: "COPY of a folder",
    method: "COPY",
    target: "/d/",
    to: "/f/",
    status: 201,
    comes: in_("f/"),
    location: "/f/",
  },
  {
    what: "COPY of a folder without slashes",
    method: "COPY",
    target: "/d",
    to: "/f",
    status: 201,
    comes: in_("f/"),
  },
  {
    what: "COPY of a folder alone",
    method: "COPY",
    target: "/d/",
    to: "/f/",
    fields: { Depth: "0" },
    status: 201,
    comes: ["f/"],
  },
  { what: "COPY over a folder unasked", method: "COPY", target: "/d/", to: "/empty/", status: 409 },
  {
    what: "COPY over a folder",
    method: "COPY",
    target: "/d/",
    to: "/empty/",
    fields: T,
    status: 204,
    comes: in_("empty/").slice(1),
  },
  {
    what: "COPY of a file over a folder",
    method: "COPY",
    target: "/a.txt",
    to: "/d",
    fields: T,
    status: 204,
    goes: D,
    comes: ["d"],
  },
  {
    what: "COPY of a folder over a file",
    method: "COPY",
    target: "/d",
    to: "/a.txt",
    status: 204,
    goes: ["a.txt"],
    comes: in_("a.txt/"),
  },
  { what: "COPY to itself", method: "COPY", target: "/a.txt", to: "/a.txt", status: 403 },
  { what: "COPY into itself", method: "COPY", target: "/d/", to: "/d/e/f/", status: 403 },
  {
    what: "COPY over a folder that it is in",
    method: "COPY",
    target: "/d/e/",
    to: "/d/",
    fields: T,
    status: 403,
  },
  { what: "COPY without a parent", method: "COPY", target: "/a.txt", to: "/x/a.txt", status: 409 },
  { what: "COPY of what is missing", method: "COPY", target: "/x", to: "/y", status: 404 },
  {
    what: "COPY with another Depth",
    method: "COPY",
    target: "/d/",
    to: "/f/",
    fields: { Depth: "1" },
    status: 400,
  },
  {
    what: "COPY with another Overwrite",
    method: "COPY",
    target: "/a.txt",
    to: "/c",
    fields: { Overwrite: "X" },
    status: 400,
  },
  { what: "COPY without Destination", method: "COPY", target: "/a.txt", status: 400 },
  {
    what: "COPY to another server",
    method: "COPY",
    target: "/a.txt",
    to: "http://example.com/files/x",
    status: 502,
  },
  {
    what: "COPY to where nothing is stored",
    method: "COPY",
    target: "/a.txt",
    to: "http://localhost/plain/x",
    status: 403,
  },
  {
    what: "COPY out of the root",
    method: "COPY",
    target: "/a.txt",
    to: "http://localhost/../../x",
    status: 404,
  },
  { what: "COPY to a hidden name", method: "COPY", target: "/a.txt", to: "/.x", status: 404 },
  { what: "COPY to a reserved name", method: "COPY", target: "/a.txt", to: "/CON", status: 400 },
  {
    what: "COPY with a condition",
    method: "COPY",
    target: "/a.txt",
    to: "/c",
    fields: { "If-Match": '"x"' },
    status: 412,
  },
  {
    what: "MOVE of a file",
    method: "MOVE",
    target: "/a.txt",
    to: "/c%20%25.txt",
    status: 201,
    goes: ["a.txt"],
    comes: ["c %.txt"],
    location: "/c%20%25.txt",
  },
  { what: "MOVE over a file", method: "MOVE", target: "/a.txt", to: "/b.txt", status: 204, goes: ["a.txt"] },
  { what: "MOVE over a file with F", method: "MOVE", target: "/a.txt", to: "/b.txt", fields: F, status: 412 },
  {
    what: "MOVE to a new name with F",
    method: "MOVE",
    target: "/a.txt",
    to: "/c",
    fields: F,
    status: 201,
    goes: ["a.txt"],
    comes: ["c"],
  },
  {
    what: "MOVE into a folder",
    method: "MOVE",
    target: "/a.txt",
    to: "/d/a.txt",
    status: 201,
    goes: ["a.txt"],
    comes: ["d/a.txt"],
  },
  {
    what: "MOVE of a folder",
    method: "MOVE",
    target: "/d/",
    to: "/f/",
    status: 201,
    goes: D,
    comes: in_("f/"),
  },
  {
    what: "MOVE with Depth 0",
    method: "MOVE",
    target: "/d/",
    to: "/f/",
    fields: { Depth: "0" },
    status: 400,
  },
  { what: "MOVE over a folder unasked", method: "MOVE", target: "/d/", to: "/empty/", status: 409 },
  {
    what: "MOVE over a folder",
    method: "MOVE",
    target: "/empty/",
    to: "/d/",
    fields: T,
    status: 204,
    goes: ["empty/", ...D.slice(1)],
  },
  {
    what: "MOVE over a folder with dav",
    method: "MOVE",
    target: "/d/",
    to: "/empty/",
    status: 204,
    goes: D,
    comes: in_("empty/").slice(1),
    store: "dav",
  },
  {
    what: "MOVE of a file over a folder",
    method: "MOVE",
    target: "/a.txt",
    to: "/d",
    fields: T,
    status: 204,
    goes: ["a.txt", ...D],
    comes: ["d"],
  },
  {
    what: "MOVE of a folder over a file",
    method: "MOVE",
    target: "/d",
    to: "/a.txt",
    status: 204,
    goes: ["a.txt", ...D],
    comes: in_("a.txt/"),
  },
  { what: "MOVE to itself", method: "MOVE", target: "/d/", to: "/d/", status: 403 },
  { what: "MOVE into itself", method: "MOVE", target: "/d/", to: "/d/e/f/", status: 403 },
  { what: "MOVE without a parent", method: "MOVE", target: "/d/", to: "/x/d/", status: 409 },
  { what: "MOVE of what is missing", method: "MOVE", target: "/x", to: "/y", status: 404 },
  {
    what: "MOVE of a name in another case",
    method: "MOVE",
    target: "/a.txt",
    to: "/A.txt",
    status: 201,
    goes: ["a.txt"],
    comes: ["A.txt"],
  },
];

for (
  const { what, method, target, to, fields = {}, body, status, store, comes = [], goes = [], location }
    of CASES
) {
  test(`${what}: ${method} ${target} is ${status}`, async () => {
    const { folder, path } = place(store);
    // Both of the forms that RFC 4918 section 10.3 has.
    const origin = made % 2 === 0 ? "" : `http://localhost`;
    const destination = to === undefined
      ? {}
      : { Destination: to.startsWith("/") ? `${origin}${path}${to}` : to };
    const answer = await send(server, method, path + target, body, { ...destination, ...fields });
    assertEquals(answer.status, status, answer.text);
    const left = BEFORE.filter((name) => !goes.includes(name));
    assertEquals(treeIn(folder), [...new Set([...left, ...comes])].sort());
    if (location !== undefined) assertEquals(answer.field("location"), path + location);
    if (status >= 400) {
      for (const name of ["a.txt", "d/x.txt"]) {
        assertEquals(Deno.readTextFileSync(join(folder, name)), name);
      }
    }
    const { folder: root } = server;
    assertEquals(
      [...Deno.readDirSync(join(root, STORES[store ?? "files"]!))].filter(({ name }) => name.startsWith(".")),
      [],
    );
  });
}

test("a copy has the same content, and what is replaced has the new one", async () => {
  const { folder, path } = place();
  const large = crypto.getRandomValues(new Uint8Array(65536)), parts = new Uint8Array(300_000);
  for (let at = 0; at < parts.length; at += 65536) {
    parts.set(large.subarray(0, Math.min(65536, parts.length - at)), at);
  }
  Deno.writeFileSync(join(folder, "d/large"), parts);
  assertEquals(
    (await send(server, "COPY", `${path}/d`, undefined, { Destination: `${path}/f` })).status,
    201,
  );
  assertEquals(Deno.readFileSync(join(folder, "f/large")), parts);
  assertEquals(
    (await send(server, "MOVE", `${path}/f/large`, undefined, { Destination: `${path}/b.txt` })).status,
    204,
  );
  assertEquals(Deno.readFileSync(join(folder, "b.txt")), parts);
});

test("both ends may lie in different locations of one server, but not where only others may write", async () => {
  const { folder, path } = place(), name = byProtocol("moved", "moved-2");
  assertEquals(
    (await send(server, "MOVE", `${path}/d/`, undefined, { Destination: `/other/${name}/` })).status,
    201,
  );
  assertEquals(treeIn(join(server.folder, "others", name)), ["e/", "e/y.txt", "x.txt"]);
  assertEquals(
    (await send(server, "COPY", `/other/${name}/`, undefined, { Destination: `${path}/d` })).status,
    201,
  );
  assertEquals(treeIn(folder), BEFORE);
  assertEquals(
    (await send(server, "COPY", "/plain/ok.txt", undefined, { Destination: `${path}/x` })).status,
    405,
  );
});

test("a folder below which nobody may write is neither removed, moved nor replaced", async () => {
  const shown = join(server.folder, "store/shown/page.html"), { path } = place();
  for (
    const [method, target, fields] of [
      ["DELETE", "/files/shown/", ALL],
      ["MOVE", "/files/shown/", { Destination: `${path}/x` }],
      ["COPY", `${path}/d`, { Destination: "/files/shown/", ...T }],
    ] as const
  ) {
    const { status } = await send(server, method, target, undefined, fields);
    assert(status === 403 || status === 405, `${method} ${target}: ${status}`);
    assertEquals(Deno.readTextFileSync(shown), "page");
  }
});

test({
  name: "links and hidden names are not copied; a link goes without what it leads to",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const { folder, path } = place();
    Deno.writeTextFileSync(join(folder, "d/.hidden"), "hidden");
    Deno.symlinkSync("../../../site", join(folder, "d/out"));
    Deno.symlinkSync("..", join(folder, "d/up"));
    Deno.symlinkSync("d", join(folder, "to-d"));
    assertEquals(
      (await send(server, "COPY", `${path}/d`, undefined, { Destination: `${path}/f` })).status,
      201,
    );
    assertEquals(treeIn(join(folder, "f")), ["e/", "e/y.txt", "x.txt"]);
    assertEquals(
      (await send(server, "COPY", `${path}/to-d`, undefined, { Destination: `${path}/d/e/g` })).status,
      403,
    );
    assertEquals((await send(server, "DELETE", `${path}/to-d`)).status, 409);
    assertEquals((await send(server, "DELETE", `${path}/to-d`, undefined, ALL)).status, 204);
    assertEquals((await send(server, "DELETE", `${path}/d`, undefined, ALL)).status, 204);
    assertEquals(treeIn(folder), ["a.txt", "b.txt", "empty/", "f/", "f/e/", "f/e/y.txt", "f/x.txt"]);
    assertEquals((await ask(server.port, "/ok.txt")).text, "fine");
  },
});

test("what cannot be removed of a folder is told, and still has its name", async () => {
  const { folder, path } = place();
  if (!await isImmovable(join(folder, "d/e"))) return;
  try {
    const answer = await send(server, "DELETE", `${path}/d/`, undefined, ALL);
    assertEquals(answer.status, 207);
    assertStringIncludes(answer.text, `<D:href>${path}/d/e</D:href>`);
    assertEquals(treeIn(folder), ["a.txt", "b.txt", "d/", "d/e/", "d/e/y.txt", "empty/"]);
  } finally {
    await new Deno.Command("chattr", { args: ["-i", join(folder, "d/e")] }).output();
  }
});

/** Also for the superuser, where the file system knows that. */
async function isImmovable(folder: string): Promise<boolean> {
  try {
    return (await new Deno.Command("chattr", { args: ["+i", folder], stderr: "null" }).output()).success;
  } catch {
    return false;
  }
}

test("a name that is taken says what it takes in place of MKCOL", async () => {
  const name = byProtocol("taken", "taken-2"), path = `/files/${name}/`;
  assertEquals((await send(server, "MKCOL", path)).status, 201);
  for (const where of [path, "/files/"]) {
    const answer = await send(server, "MKCOL", where);
    assertEquals(answer.status, 405);
    assertEquals(answer.field("allow"), "GET, HEAD, POST, PUT, DELETE, PATCH, COPY, MOVE, OPTIONS");
  }
});
