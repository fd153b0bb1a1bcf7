import { assertEquals } from "@std/assert";
import { RootLinks } from "../../lib/supervisor/root_links.ts";
import { configOf } from "./support.ts";

const CONFIG = `servers:
  - listen: 8080
    root: current/www
    locations:
      /plain/: { alias: plain, allow_links_to: [data, shared] }
      /later/: { alias: later }
      /up/: { upload_store: up }
      /git/: { cgi_script: bin/git }
`;

/** A disk by its resolved paths. */
const disk = () =>
  new Map([
    ["/srv/current/www", "/srv/1/www"],
    ["/srv/plain", "/srv/plain"],
    ["/srv/data", "/srv/data"],
    ["/srv/shared", "/mnt/1"],
    ["/srv/up", "/mnt/up"],
    ["/srv/bin/git", "/usr/bin/git"],
  ]);

const linksOf = (paths: ReadonlyMap<string, string>, config = CONFIG) =>
  new RootLinks(configOf(config), (path) => paths.get(path));

Deno.test("each link that leads elsewhere is told once", () => {
  const paths = disk(), links = linksOf(paths);
  assertEquals([links.isEmpty, links.changes()], [false, []]);
  const table: readonly (readonly [path: string, target: string])[] = [
    ["/srv/current/www", "/srv/2/www"],
    ["/srv/up", "/mnt/other"],
    ["/srv/shared", "/mnt/2"],
    ["/srv/bin/git", "/opt/git"],
    ["/srv/later", "/srv/elsewhere"],
  ];
  for (const [path, target] of table) {
    paths.set(path, target);
    assertEquals([links.changes(), links.changes()], [[path], []]);
  }
});

Deno.test("a link that leads nowhere for a moment is waited for", () => {
  const paths = disk(), links = linksOf(paths);
  paths.delete("/srv/current/www");
  assertEquals(links.changes(), []);
  paths.set("/srv/current/www", "/srv/1/www");
  assertEquals(links.changes(), []);
  paths.delete("/srv/current/www");
  paths.set("/srv/current/www", "/srv/2/www");
  assertEquals(links.changes(), ["/srv/current/www"]);
});

Deno.test("what is under its own name needs nothing: a folder that comes, or takes a link's place", () => {
  const paths = disk(), links = linksOf(paths);
  paths.set("/srv/later", "/srv/later").set("/srv/up", "/srv/up");
  assertEquals(links.changes(), []);
  paths.set("/srv/up", "/mnt/up");
  assertEquals(links.changes(), ["/srv/up"]);
});

Deno.test("where there are no links, or no sandbox, there is nothing to look at", () => {
  const plain = "servers: [{ listen: 8080, root: plain }]";
  assertEquals(linksOf(disk(), plain).isEmpty, true);
  assertEquals(linksOf(disk(), `sandbox: off\n${CONFIG}`).isEmpty, true);
});
