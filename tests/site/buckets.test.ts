/**
 * Locations in buckets, over storages in memory: where their keys lie, and who may change what others get.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { site } from "../support/site.ts";

const YAML = `bucket_cache: 0s
buckets:
  media: { endpoint: "http://127.0.0.1:9000", bucket: data }
  other: { endpoint: "http://127.0.0.1:9001", bucket: data }
servers:
  - listen: 8080
    bucket: media/site
    autoindex: on
    locations:
      /films/: { bucket: media/films, autoindex: on, precompressed: on }
      /inherits/: { upload_store: bucket }
      /inbox/: { bucket: media/films/new, upload_store: bucket, allowed_methods: [GET, POST, PUT] }
      /own/: { bucket: media/own, upload_store: bucket, precompressed: on }
      /outer/: { bucket: media/outer, autoindex: on }
      /outer/inner/: { bucket: other/outer/inner, autoindex: on }
      "= /one": { bucket: media/films/a.txt }
`;

function start() {
  const tested = site(YAML), { media, other } = tested.storages;
  return { ...tested, media: media!, other: other! };
}

const GZIP = { fields: { "accept-encoding": "gzip" } };

Deno.test("a path's key has the place of its location before it", async () => {
  const { get, media } = start();
  const KEYS: readonly (readonly [path: string, key: string])[] = [
    ["/x.txt", "site/x.txt"],
    ["/deep/x.txt", "site/deep/x.txt"],
    ["/inherits/x.txt", "site/inherits/x.txt"],
    ["/films/x.txt", "films/x.txt"],
    ["/films/deep/x.txt", "films/deep/x.txt"],
    ["/inbox/x.txt", "films/new/x.txt"],
    ["/one", "films/a.txt"],
  ];
  for (const [path, key] of KEYS) {
    // Of a place that is one object nobody can say what it would be.
    if (path !== "/one") assertEquals((await get(path)).slice(0, 3), "404");
    media.store(key, key);
    assertEquals(await get(path), `200 ${key}`);
  }
});

Deno.test("what is stored lies where it is shown, also where the server says in which bucket", async () => {
  const { ask, get, media } = start();
  for (const [path, key] of [["/inherits/a.txt", "site/inherits/a.txt"], ["/own/b/c.txt", "own/b/c.txt"]]) {
    assertEquals((await ask(path!, { method: "PUT", body: "new" })).status, 201);
    assertEquals(media.objects.has(key!), true, key);
    assertEquals(await get(path!), "200 new");
    assertEquals((await ask(path!, { method: "DELETE" })).status, 204);
    assertEquals(media.objects.has(key!), false);
  }
});

Deno.test("whoever may add objects does not change what others get of those that are there", async () => {
  const { ask, media } = start();
  media.store("films/new/page.html", "page");
  media.store("films/new/page.html.gz", "a stranger's");
  media.store("films/old.html", "old");
  media.store("films/old.html.gz", "the owner's");
  media.store("own/page.html", "own");
  media.store("own/page.html.gz", "its own");
  assertEquals((await ask("/films/new/page.html", GZIP)).text, "page");
  assertEquals((await ask("/films/old.html", GZIP)).text, "the owner's");
  // There its own key decides.
  assertEquals((await ask("/own/page.html", GZIP)).text, "its own");
});

Deno.test("a bucket of the same name in another storage is another place", async () => {
  const { ask, media, other } = start();
  media.store("outer/inner/secret.txt", "hidden behind the other location");
  media.store("outer/near.txt", "near");
  other.store("outer/inner/shown.txt", "shown");
  const { text } = await ask("/outer/?q=t", { fields: { accept: "application/json" } });
  assertEquals(text.includes("secret"), false, text);
  assertEquals(text.includes("near.txt"), true, text);
});
