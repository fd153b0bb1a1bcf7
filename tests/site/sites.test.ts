/**
 * Folders that are sites, by the first label of the host.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Trace } from "../../lib/site/trace.ts";
import { site, type SiteFile } from "../support/site.ts";

const CONFIG = `servers:
  - root: sites/$host_label
    server_name: "*.localhost"
    locations:
      /files/: { upload_store: stores/$host_label, client_max_body_size: 1M }
      /run/: { alias: "sites/$\${host_label}/cgi-bin", cgi: { .php: php-cgi } }
      /same/: { alias: same }
      /one: { alias: pages/$host_label.txt }
      /deep/: { alias: sites/$host_label/.out/public }
`;

const FILES: Readonly<Record<string, SiteFile>> = {
  "sites/shop/index.html": "shop",
  "sites/shop/cgi-bin/a.php": "source",
  "sites/shop/.out/public/x.txt": "built",
  "sites/blog/index.html": "blog",
  "sites/blog/secret.txt": "of the blog",
  "sites/Big/index.html": "big",
  "sites/a.b/index.html": "dotted",
  "sites/.hidden/index.html": "hidden",
  "sites/xn--bcher-kva/index.html": "IDN",
  "sites/file": "a file",
  "stores/shop": null,
  "pages/shop.txt": "one page",
  "same/x.txt": "the same",
  "outside/index.html": "outside",
};

function made(config = CONFIG) {
  const made = site(config, FILES);
  for (
    const [link, target] of [
      ["/site/sites/evil", "/site/outside"],
      ["/site/sites/other", "/site/sites/shop"],
      ["/site/sites/hide", "/site/sites/.hidden"],
      ["/site/sites/shop/leak.txt", "/site/sites/blog/secret.txt"],
      ["/site/sites/blog/.out", "/site/outside"],
    ] as const
  ) made.files.links.set(link, target);
  return made;
}

const CASES: readonly (readonly [host: string, target: string, answer: string])[] = [
  ["shop.localhost:8080", "/", "200 shop"],
  ["SHOP.localhost", "/", "200 shop"],
  ["shop.localhost.", "/", "200 shop"],
  ["shop.www.localhost", "/", "200 shop"],
  ["blog.localhost", "/", "200 blog"],
  ["other.localhost", "/", "200 shop"],
  ["xn--bcher-kva.localhost", "/", "200 IDN"],
  ["shop.localhost", "/run/a.php", "200 ran /run/a.php"],
  ["shop.localhost", "/run/a.php/info", "200 ran /run/a.php/info"],
  ["shop.localhost", "/same/x.txt", "200 the same"],
  ["shop.localhost", "/one", "200 one page"],
  ["shop.localhost", "/deep/x.txt", "200 built"],
];

const MISSING: readonly (readonly [host: string, target: string])[] = [
  ["nosuch.localhost", "/"],
  ["Big.localhost", "/"],
  ["a.b.localhost", "/"],
  [".hidden.localhost", "/"],
  ["hidden.localhost", "/"],
  ["..localhost", "/"],
  ["%73hop.localhost", "/"],
  ["sh*p.localhost", "/"],
  ["-.localhost", "/"],
  ["file.localhost", "/"],
  ["evil.localhost", "/"],
  ["hide.localhost", "/"],
  ["shop.localhost", "/leak.txt"],
  ["shop.localhost", "/../blog/secret.txt"],
  ["shop.localhost", "/%2e%2e/blog/secret.txt"],
  ["blog.localhost", "/run/a.php"],
  ["blog.localhost", "/one"],
  ["blog.localhost", "/deep/index.html"],
  ["nosuch.localhost", "/run/a.php"],
  ["nosuch.localhost", "/run/a.php/%2e%2e/x"],
  ["localhost", "/index.html"],
  ["localhost", "/shop/index.html"],
  ["localhost", "/run/a.php"],
];

Deno.test("a folder is the site whose host's first label is its name", async () => {
  const { ask } = made();
  for (const [host, target, answer] of CASES) {
    const { status, text } = await ask(target, { host });
    assertEquals(`${status} ${text}`, answer, `${host}${target}`);
  }
});

Deno.test("what is no folder of that name, hidden, or reached by a link that leads out, is 404", async () => {
  const { ask, ran } = made();
  for (const [host, target] of MISSING) {
    assertEquals((await ask(target, { host })).status, 404, `${host}${target}`);
  }
  assertEquals(ran, []);
});

Deno.test("a site that is made, or taken away, or becomes a link while it is served, is seen at the next request", async () => {
  const { ask, files } = made();
  const status = async (host: string) => (await ask("/", { host })).status;
  assertEquals(await status("new.localhost"), 404);
  files.write("/site/sites/new/index.html", "new");
  assertEquals(await status("new.localhost"), 200);
  files.links.set("/site/sites/new", "/site/outside");
  assertEquals(await status("new.localhost"), 404);
});

Deno.test("what is stored in a site stays in it", async () => {
  const { ask, files } = made();
  const put = async (host: string) => (await ask("/files/a.txt", { host, method: "PUT", body: "a" })).status;
  assertEquals([await put("shop.localhost"), await put("blog.localhost"), await put("localhost")], [
    201,
    404,
    404,
  ]);
  assert(files.nodes.has("/site/stores/shop/a.txt"));
  assertEquals((await ask("/files/a.txt", { host: "shop.localhost" })).text, "a");
});

Deno.test("the name above the sites, and an address, have a list of them in the form that is asked for", async () => {
  const { ask } = made();
  const addresses = ["blog", "other", "shop", "xn--bcher-kva"].map((name) =>
    `http://${name}.localhost:8080/`
  );
  for (const host of ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"]) {
    const { status, text, fields } = await ask("/", { host });
    assertEquals([status, text], [200, addresses.map((address) => `${address}\n`).join("")], host);
    assertEquals([fields.get("vary"), fields.get("cache-control")], ["Accept", "no-cache"]);
  }
  const json = await ask("/", { host: "localhost:8080", fields: { Accept: "application/json" } });
  assertEquals(JSON.parse(json.text).map(({ url }: { url: string }) => url), addresses);
  const page = await ask("/", { fields: { Accept: "text/html" } });
  assertStringIncludes(page.text, '<a href="http://shop.localhost/">');
  assertMatch(page.text, /<b>Big<\/b><small>no site/);
  assert(!/hidden|evil|"file"/.test(page.text), page.text);
  assertEquals(page.fields.get("content-security-policy"), "frame-ancestors 'none'");
  assertEquals((await ask("/", { method: "HEAD" })).status, 200);
  assertEquals((await ask("/", { method: "POST", body: "a" })).status, 405);
});

Deno.test("others than this machine see the list only where folders are listed anyway", async () => {
  const open = CONFIG.replace('"*.localhost"', '["*.localhost", "*.box.test"]\n    allowed_hosts: "*"');
  for (
    const [config, status] of [[open, 404], [open.replace("root:", "autoindex: on\n    root:"), 200]] as const
  ) {
    const { ask } = made(config);
    const answer = await ask("/", { host: "192.168.1.20", client: "192.168.1.9" });
    assertEquals(answer.status, status);
    assertEquals((await ask("/", { host: "localhost" })).status, 200);
    assertEquals((await ask("/", { host: "shop.box.test", client: "192.168.1.9" })).text, "shop");
    assertStringIncludes((await ask("/", { host: "box.test" })).text, "http://shop.box.test/\n");
  }
});

Deno.test("names without a wildcard have their folders, too, and nobody has a list", async () => {
  const { ask } = made(
    `servers: [{ root: sites/$host_label, server_name: [shop.test, blog.test], autoindex: on }]`,
  );
  assertEquals((await ask("/", { host: "shop.test" })).text, "shop");
  assertEquals((await ask("/", { host: "blog.test" })).text, "blog");
  assertEquals((await ask("/", { host: "localhost" })).status, 404);
});

Deno.test("whoever makes up names has nothing kept, and many sites are served with few kept ready", async () => {
  const { ask, files } = made();
  for (let n = 0; n < 600; n++) files.write(`/site/sites/s${n}/index.html`, `site ${n}`);
  for (let n = 0; n < 600; n++) {
    assertEquals((await ask("/", { host: `s${n}.localhost` })).text, `site ${n}`);
    assertEquals((await ask("/", { host: `t${n}.localhost` })).status, 404);
  }
  assertEquals((await ask("/", { host: "s0.localhost" })).text, "site 0");
});

Deno.test("whoever takes down how it is answered is told of the server and the location of the configuration", async () => {
  const { ask } = made();
  const seen: string[] = [];
  const trace: Trace = {
    server: (config) => seen.push(`server ${config.lines?.line}`),
    location: (config, path) => seen.push(`${config.labelled?.root ?? "none"} ${config.lines?.line} ${path}`),
    answeredBy: () => {},
    programSaid: () => {},
    because: (text, key) => seen.push(`${key}: ${text}`),
  };
  for (const host of ["shop.localhost", "localhost", "nosuch.localhost"]) await ask("/", { host }, trace);
  assertEquals(seen, [
    "server 2",
    "/$host_label 2 /",
    "index: the folder has this index",
    "/$host_label 2 /index.html",
    "server 2",
    "/$host_label 2 /",
    "server_name: the host is the name of no site, so this is where they are listed",
    "server 2",
    "/$host_label 2 /",
    "root: there is no folder for this name in /site/sites",
  ]);
});
