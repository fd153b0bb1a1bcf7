import { assertEquals } from "@std/assert";
import type { LocationConfig } from "../../lib/config/types.ts";
import { Location } from "../../lib/site/location.ts";

function location(config: Partial<LocationConfig>): Location {
  return new Location({
    key: config.path ?? "/",
    match: "prefix",
    path: "/",
    index: [],
    autoindex: false,
    allowedMethods: ["GET", "HEAD"],
    clientMaxBodySize: 0,
    errorPage: {},
    addHeader: [],
    cors: false,
    cgiEnv: {},
    cgiPassAuthorization: false,
    overwrite: false,
    ...config,
  });
}

Deno.test("root takes the whole path", () => {
  const files = location({ path: "/img/", root: "/srv/www" });
  assertEquals(files.filePath("/img/a.png"), "/srv/www/img/a.png");
  assertEquals(files.filePath("/img/"), "/srv/www/img");
  assertEquals(files.filePath("/"), "/srv/www");
  assertEquals(files.base, "/srv/www");
});

Deno.test("alias stands in the place of the location's path, with or without its slash", () => {
  for (const path of ["/img/", "/img"]) {
    const files = location({ path, alias: "/srv/pictures" });
    assertEquals(files.filePath("/img/a.png"), "/srv/pictures/a.png");
    assertEquals(files.filePath("/img/a/b/"), "/srv/pictures/a/b");
    assertEquals(files.filePath("/img/"), "/srv/pictures");
    assertEquals(files.filePath("/img"), "/srv/pictures");
  }
  assertEquals(location({ path: "/", alias: "/srv/all" }).filePath("/a"), "/srv/all/a");
});

Deno.test("an alias may be one file", () => {
  const files = location({ match: "exact", path: "/one.txt", alias: "/srv/a.txt" });
  assertEquals(files.filePath("/one.txt"), "/srv/a.txt");
});

Deno.test("an upload store holds the files unless a root or an alias does", () => {
  assertEquals(location({ path: "/files/", uploadStore: "/var/f" }).filePath("/files/a"), "/var/f/a");
  assertEquals(
    location({ path: "/files/", uploadStore: "/var/f", root: "/srv" }).filePath("/files/a"),
    "/srv/files/a",
  );
  assertEquals(
    location({ path: "/files/", uploadStore: "/var/f", alias: "/srv" }).filePath("/files/a"),
    "/srv/a",
  );
});

Deno.test("the root of the file system may be served, and nothing may", () => {
  const all = location({ root: "/" });
  assertEquals([all.filePath("/"), all.filePath("/etc/hosts"), all.base], ["/", "/etc/hosts", "/"]);
  const aliased = location({ path: "/all/", alias: "/" });
  assertEquals([aliased.filePath("/all/"), aliased.filePath("/all/etc")], ["/", "/etc"]);
  const nothing = location({});
  assertEquals([nothing.filePath("/a"), nothing.base], [undefined, undefined]);
});

Deno.test("methods, Allow and added fields are worked out once", () => {
  const made = location({
    allowedMethods: ["GET", "HEAD", "PURGE"],
    cors: true,
    addHeader: [["X-A", "1"], ["X-A", "2"]],
  });
  assertEquals(made.allow, "Allow: GET, HEAD, PURGE, OPTIONS\r\n");
  assertEquals([made.knows("PURGE"), made.knows("DELETE"), made.knows("BREW")], [true, true, false]);
  assertEquals(
    made.added,
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\nX-A: 1\r\nX-A: 2\r\n",
  );
  assertEquals(location({}).added, "");
});
