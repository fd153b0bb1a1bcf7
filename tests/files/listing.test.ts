import { assertEquals } from "@std/assert";
import { DiskOrigin } from "../../lib/disk/disk_origin.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { listingResponse } from "../../lib/files/listing.ts";
import { Listings } from "../../lib/files/listings.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { typeByName } from "../../lib/http/media_type.ts";
import type { Request } from "../../lib/http/message.ts";
import { DEFAULT_VIEW } from "../../lib/pages/listing/view.ts";
import { FileError } from "../../lib/ports.ts";
import { FakeClock, FakeFiles } from "../disk/fake_files.ts";

/** A request for JSON. */
const REQUEST: Request = {
  method: "GET",
  target: "/",
  form: "origin",
  path: "/",
  query: undefined,
  host: "localhost",
  version: "HTTP/1.1",
  fields: FieldBlock.of(["Accept", "application/json"]),
  body: { length: 0, read: () => Promise.resolve(null) },
  remote: { hostname: "127.0.0.1", port: 1 },
  local: { hostname: "127.0.0.1", port: 2 },
  onGone: () => () => {},
};

interface Listed {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly modified: string;
  readonly media_type: string | null;
}

async function list(files: FakeFiles, path = "", urlPath = "/"): Promise<Listed[]> {
  const cache = new FileCache(files, new FakeClock()), origin = new DiskOrigin(cache, "/root");
  const folder = {
    origin,
    path,
    urlPath,
    owner: origin,
    view: DEFAULT_VIEW,
    variant: "",
    viewer: "",
    options: () => ({}),
    told: (name: string) => ({ mediaType: typeByName(name) }),
  };
  const { status, fields, body } = await listingResponse(REQUEST, new Listings(cache.turns), folder, false);
  assertEquals([status, fields.get("content-type"), fields.get("vary")], [200, "application/json", "Accept"]);
  return JSON.parse(new TextDecoder().decode(body as Uint8Array));
}

const names = async (files: FakeFiles, path?: string, urlPath?: string) =>
  (await list(files, path, urlPath)).map(({ name }) => name);

Deno.test("folders come first, then files, each as a person would sort them", async () => {
  const files = new FakeFiles();
  for (const name of ["b10", "B2", "a", "b2", "Ärger", "zoo", "10", "9"]) files.write(`/root/${name}`, "");
  for (const name of ["z", "a10", "a9"]) files.folder(`/root/${name}`);
  assertEquals(await names(files), ["a9", "a10", "z", "9", "10", "a", "Ärger", "b2", "B2", "b10", "zoo"]);
});

Deno.test("names that sort as equals still have one order", async () => {
  const composed = "\u00e9", decomposed = "e\u0301";
  for (const order of [[composed, decomposed], [decomposed, composed]]) {
    const files = new FakeFiles();
    for (const name of order) files.write(`/root/${name}`, "");
    assertEquals(await names(files), [decomposed, composed]);
  }
});

Deno.test("an entry has its name, type, size and time", async () => {
  const files = new FakeFiles();
  files.write("/root/a.txt", "12345", Date.UTC(2024, 1, 29, 12));
  files.folder("/root/sub");
  assertEquals(await list(files), [
    { name: "sub", type: "directory", size: 0, modified: "1970-01-01T00:00:00.000Z", media_type: null },
    {
      name: "a.txt",
      type: "file",
      size: 5,
      modified: "2024-02-29T12:00:00.000Z",
      media_type: "text/plain; charset=utf-8",
    },
  ]);
});

Deno.test("hidden names are left out, but for .well-known at the top", async () => {
  const files = new FakeFiles();
  for (const name of [".env", ".git/config", "..odd", ".well-known/x", "shown"]) {
    files.write(`/root/${name}`, "");
  }
  for (const name of [".hidden", ".well-known/x", "shown"]) files.write(`/root/sub/${name}`, "");
  assertEquals(await names(files), [".well-known", "sub", "shown"]);
  assertEquals(await names(files, "/sub", "/sub/"), ["shown"]);
});

Deno.test("a link is shown as what it leads to, and not at all where it leads out", async () => {
  const files = new FakeFiles();
  files.write("/root/target", "12345");
  files.write("/root/folder/x", "");
  files.write("/secret/key", "");
  files.other("/root/pipe");
  files.links.set("/root/to-file", "/root/target");
  files.links.set("/root/to-folder", "/root/folder");
  files.links.set("/root/out", "/secret/key");
  files.links.set("/root/out-folder", "/secret");
  files.links.set("/root/dead", "/root/missing");
  assertEquals((await list(files)).map(({ name, type, size }) => `${name} ${type} ${size}`), [
    "folder directory 0",
    "to-folder directory 0",
    "target file 5",
    "to-file file 5",
  ]);
});

Deno.test("an entry that may not be looked at does not hide the others", async () => {
  const files = new FakeFiles();
  for (const name of ["a", "b", "c"]) files.write(`/root/${name}`, "");
  files.links.set("/root/locked-link", "/root/a");
  for (const path of ["/root/b", "/root/locked-link"]) {
    files.failures.set(path, new FileError("denied", path));
  }
  assertEquals(await names(files), ["a", "c"]);
});

Deno.test("a folder of thousands is listed whole", async () => {
  const files = new FakeFiles();
  for (let i = 0; i < 1500; i++) files.write(`/root/${i}`, "");
  assertEquals(await names(files), Array.from({ length: 1500 }, (_, i) => String(i)));
});
