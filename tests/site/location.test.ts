import { assertEquals, assertStrictEquals } from "@std/assert";
import type {
  AccessConfig,
  AnswerConfig,
  FilesConfig,
  LocationConfig,
  StoreConfig,
} from "../../lib/config/types.ts";
import { joinPath } from "../../lib/disk/place.ts";
import { FileCache } from "../../lib/disk/file_cache.ts";
import { FieldBlock } from "../../lib/http/fields.ts";
import { Location } from "../../lib/site/location.ts";
import { FakeClock } from "../disk/fake_files.ts";
import { FakeStore } from "../store/fakes.ts";

/** What differs from a location for everything that has nothing. */
interface Keys
  extends
    Partial<Pick<LocationConfig, "match" | "path">>,
    Partial<AccessConfig>,
    Partial<AnswerConfig>,
    Partial<FilesConfig>,
    Partial<StoreConfig> {}

function location(keys: Keys, programs: readonly string[] = []): Location {
  const { match = "prefix", path = "/", root, alias, uploadStore } = keys;
  const { ports } = new FakeStore();
  const config: LocationConfig = {
    key: path,
    match,
    path,
    access: {
      access: {},
      allow: ["all"],
      deny: [],
      allowedMethods: keys.allowedMethods ?? ["GET", "HEAD"],
      clientMaxBodySize: 0,
      cors: keys.cors ?? false,
    },
    answer: { errorPage: {}, addHeader: keys.addHeader ?? [] },
    coding: { compression: [], compressionTypes: [], precompressed: false },
    files: {
      archive: false,
      ...root !== undefined && { root },
      ...alias !== undefined && { alias },
      allowLinksTo: [],
      index: [],
      autoindex: false,
      types: {},
      cacheControl: [["*", "no-cache"]],
    },
    programs: {
      cgiOnly: false,
      cgiEnv: {},
      cgiPassAuthorization: false,
      allowEncodedSlash: false,
      cgiDebug: false,
    },
    live: { liveReload: false, liveReloadWatch: [] },
    weather: { delay: 0, limitRate: Infinity },
    proxy: { proxySetHeader: [], proxyTimeouts: { connect: 5000, read: 60_000 }, proxySslVerify: true },
    store: {
      ...uploadStore !== undefined && { uploadStore },
      overwrite: false,
      uploadExpires: 86_400_000,
      fsync: false,
      dav: false,
    },
  };
  return new Location(config, new FileCache(ports.files, new FakeClock()), ports, programs);
}

/** Where a path of a location lies on disk; undefined if it has no files. */
const filePath = (made: Location, path: string) =>
  made.origin && joinPath(made.origin.root, made.originPath(path));

/** Where it is stored; undefined if the location has no store. */
const storePath = (made: Location, path: string) =>
  made.store && joinPath(made.store.root, made.storePath(path));

Deno.test("root takes the whole path", () => {
  const files = location({ path: "/img/", root: "/srv/www" });
  assertEquals(filePath(files, "/img/a.png"), "/srv/www/img/a.png");
  assertEquals(filePath(files, "/img/"), "/srv/www/img");
  assertEquals(filePath(files, "/"), "/srv/www");
  assertEquals(files.origin?.root, "/srv/www");
  assertEquals(location({ root: "/srv/www/" }).origin?.root, "/srv/www");
});

Deno.test("alias stands in the place of the location's path, with or without its slash", () => {
  for (const path of ["/img/", "/img"]) {
    const files = location({ path, alias: "/srv/pictures" });
    assertEquals(filePath(files, "/img/a.png"), "/srv/pictures/a.png");
    assertEquals(filePath(files, "/img/a/b/"), "/srv/pictures/a/b");
    assertEquals(filePath(files, "/img/"), "/srv/pictures");
    assertEquals(filePath(files, "/img"), "/srv/pictures");
  }
  assertEquals(filePath(location({ path: "/", alias: "/srv/all" }), "/a"), "/srv/all/a");
});

Deno.test("an alias may be one file", () => {
  const files = location({ match: "exact", path: "/one.txt", alias: "/srv/a.txt" });
  assertEquals(filePath(files, "/one.txt"), "/srv/a.txt");
});

Deno.test("an upload store holds the files unless a root or an alias does", () => {
  const path = "/files/", uploadStore = "/var/f";
  assertEquals(filePath(location({ path, uploadStore }), "/files/a"), "/var/f/a");
  assertEquals(filePath(location({ path, uploadStore, root: "/srv" }), "/files/a"), "/srv/files/a");
  assertEquals(filePath(location({ path, uploadStore, alias: "/srv" }), "/files/a"), "/srv/a");
});

Deno.test("a store takes the place of the location's path, wherever its files lie", () => {
  for (const uploadStore of ["/var/f", "/var/f/"]) {
    for (const files of [{}, { root: "/srv" }, { alias: "/srv" }]) {
      for (const path of ["/files/", "/files"]) {
        const made = location({ path, uploadStore, ...files });
        assertEquals(storePath(made, "/files/a/b"), "/var/f/a/b");
        assertEquals(storePath(made, "/files/a/"), "/var/f/a");
        assertEquals([storePath(made, "/files/"), made.storePath("/files/")], ["/var/f", ""]);
        assertEquals([storePath(made, "/files"), made.storePath("/files")], ["/var/f", ""]);
      }
    }
  }
  const all = location({ uploadStore: "/" });
  assertEquals([storePath(all, "/"), storePath(all, "/a")], ["/", "/a"]);
  assertEquals(storePath(location({ root: "/srv" }), "/a"), undefined);
});

Deno.test("a store knows the folders of programs that nothing is to be stored in", () => {
  assertEquals(location({ uploadStore: "/var/f" }, ["/var/f/cgi-bin"]).trees?.programs, ["/var/f/cgi-bin"]);
});

Deno.test("showsStore tells whether a location shows what is stored in it", () => {
  const path = "/files/", uploadStore = "/srv/files";
  for (
    const [keys, expected] of [
      [{ path, uploadStore }, true],
      [{ path, uploadStore: "/srv/files/" }, true],
      [{ path, uploadStore, root: "/srv" }, true],
      [{ path, uploadStore, root: "/srv/files" }, false],
      [{ path, uploadStore, alias: "/srv/files" }, true],
      [{ path, uploadStore, alias: "/srv/files/" }, true],
      [{ path, uploadStore, alias: "/srv" }, false],
      [{ path: "/", uploadStore, root: "/srv/files" }, true],
      [{ path: "/", uploadStore: "/", root: "/" }, true],
      [{ path, root: "/srv" }, false],
      [{ path }, false],
    ] as const
  ) assertEquals(location(keys).showsStore, expected, JSON.stringify(keys));
});

Deno.test("the root of the file system may be served, and nothing may", () => {
  const all = location({ root: "/" });
  assertEquals([filePath(all, "/"), filePath(all, "/etc/hosts"), all.origin?.root], ["/", "/etc/hosts", "/"]);
  const aliased = location({ path: "/all/", alias: "/" });
  assertEquals([filePath(aliased, "/all/"), filePath(aliased, "/all/etc")], ["/", "/etc"]);
  const nothing = location({});
  assertEquals([filePath(nothing, "/a"), nothing.origin], [undefined, undefined]);
});

Deno.test("methods, Allow and added fields are worked out once", () => {
  const made = location({
    allowedMethods: ["GET", "HEAD", "PURGE"],
    cors: true,
    addHeader: [["X-A", "1"], ["X-A", "2"]],
  });
  assertEquals([...made.allow], [["Allow", "GET, HEAD, PURGE, OPTIONS"]]);
  assertEquals(made.notAllowed.status, 405);
  assertStrictEquals(made.notAllowed.fields, made.allow);
  assertEquals([made.knows("PURGE"), made.knows("DELETE"), made.knows("BREW")], [true, true, false]);
  assertEquals([...made.added?.addTo(FieldBlock.EMPTY) ?? []], [
    ["Access-Control-Allow-Origin", "*"],
    ["Access-Control-Expose-Headers", "*"],
    ["X-A", "1"],
    ["X-A", "2"],
  ]);
  assertEquals(location({}).added, undefined);
});
