import { assertEquals } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import { liveTrees } from "../../lib/supervisor/live_trees.ts";

function treesOf(yaml: string, more?: readonly string[]): ReturnType<typeof liveTrees> {
  const result = decodeConfig(new TextEncoder().encode(yaml), "/site/webserv.yaml");
  if (result.issues) throw new Error(JSON.stringify(result.issues));
  return liveTrees(result.config, more);
}

Deno.test("what is watched is what pages with live reload are made of, without what the server writes itself", () => {
  const rows: Record<string, [yaml: string, paths: string[], ignored: string[]]> = {
    "nothing where it is off": ["servers: [{ listen: 80, root: www }]", [], []],
    "roots, aliases, single programs, and what is named": [
      `
servers:
  - listen: 80
    root: www
    live_reload: on
    live_reload_watch: [templates]
    locations:
      /app/: { alias: app, live_reload_watch: data.json }
      /git/: { cgi_script: /usr/lib/git-core/git-http-backend }
      /off/: { root: other, live_reload: off }
`,
      ["/site/app", "/site/data.json", "/site/templates", "/site/www", "/usr/lib/git-core/git-http-backend"],
      [],
    ],
    "no logs, no stores": [
      `
access_log: www/access.txt
error_log: www/error.txt
servers:
  - listen: 80
    root: www
    live_reload: on
    locations:
      /up/: { upload_store: www/up }
`,
      ["/site/www"],
      ["/site/www/access.txt", "/site/www/error.txt", "/site/www/up"],
    ],
    "a store that is served itself": [
      "servers: [{ listen: 80, root: www, live_reload: on, locations: { /: { root: www, upload_store: www } } }]",
      ["/site/www"],
      [],
    ],
    "a folder above those of names": [
      'servers: [{ listen: 80, server_name: "*.localhost", root: sites/$host_label, live_reload: on }]',
      ["/site/sites"],
      [],
    ],
  };
  for (const [name, [yaml, paths, ignored]] of Object.entries(rows)) {
    const trees = treesOf(yaml);
    assertEquals([[...trees.paths].sort(), [...trees.ignored].sort()], [paths, ignored], name);
  }
  assertEquals(treesOf("servers: [{ listen: 80, root: www }]", ["/here"]).paths, []);
  assertEquals(treesOf("servers: [{ listen: 80, root: www, live_reload: on }]", ["/here"]).paths, [
    "/site/www",
    "/here",
  ]);
});
