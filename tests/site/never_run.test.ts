/**
 * Nothing that was uploaded is ever run: every way in which a store and programs can overlap, what `check` says of it,
 * and that nothing runs and no source is sent where it is served all the same.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import { folderConfig } from "../../lib/config/defaults.ts";
import { NeverRun } from "../../lib/site/never_run.ts";
import { FakeFiles } from "../disk/fake_files.ts";
import { byFastcgi, site, type TestSite } from "../support/site.ts";

const SOURCE = "<?php secret";

interface Case {
  readonly name: string;
  readonly yaml: string;
  /** Path below /site to where it leads. */
  readonly links?: Readonly<Record<string, string>>;
  /** The upload: its path below /site. */
  readonly upload: string;
  /** It is a file that may be run by itself. */
  readonly executable?: boolean;
  readonly ask: string;
  readonly status?: number;
  /** What check says; undefined where only a request shows it. */
  readonly issue: RegExp | undefined;
}

const CASES: readonly Case[] = [
  {
    name: "a store in a folder of programs under another URL",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations: { /put/: { upload_store: www/up } }
`,
    upload: "www/up/x.php",
    ask: "/up/x.php",
    issue:
      /:5: servers\[0\]\.locations\["\/put\/"\]\.upload_store: the store lies in .* on line 4, .* "\/up\/"/,
  },
  {
    name: "a store in a folder of programs whose path another location has",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations:
      /up/: { upload_store: www/up }
      /up/deep/: { root: www }
`,
    upload: "www/up/deep/x.php",
    ask: "/up/deep/x.php",
    issue: /:4: servers\[0\]\.cgi: the programs in "\/site\/www\/up\/deep" lie in the upload store on line 6/,
  },
  {
    name: "a store that is the folder of programs",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: both }
      /run/: { alias: both, cgi: { "*": sh } }
`,
    upload: "both/x",
    ask: "/run/x",
    issue: /:5: servers\[0\]\.locations\["\/run\/"\]\.cgi: the programs in "\/site\/both" lie in .* line 4/,
  },
  {
    name: "a store around a folder of programs",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: all }
      /run/: { alias: all/bin, cgi: { .sh: sh } }
`,
    upload: "all/bin/x.sh",
    ask: "/run/x.sh",
    issue: /:5: .*cgi: the programs in "\/site\/all\/bin" lie in the upload store on line 4/,
  },
  {
    name: "a store that is another server's folder of programs",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
  - server_name: up.test
    locations: { /: { upload_store: www } }
`,
    upload: "www/x.php",
    ask: "/x.php",
    issue: /:4: servers\[0\]\.cgi: the programs in "\/site\/www" lie in the upload store on line 6/,
  },
  {
    name: "a store within another server's folder of programs, with its own URL in one of them",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
  - server_name: up.test
    root: www
    cgi: { .php: php-cgi }
    locations: { /up/: { upload_store: www/up } }
`,
    upload: "www/up/x.php",
    ask: "/up/x.php",
    issue: /:8: servers\[1\]\.locations\["\/up\/"\]\.upload_store: the store lies in .* on line 4/,
  },
  {
    name: "a store behind a link into the folder of programs",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations: { /put/: { upload_store: link } }
`,
    links: { link: "www/up" },
    upload: "www/up/x.php",
    ask: "/up/x.php",
    issue: /:5: .*upload_store: the store lies in the folder of programs on line 4, which has it as "\/up\/"/,
  },
  {
    name: "a folder of programs behind a link into the store",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .sh: sh } }
`,
    links: { run: "up/sub" },
    upload: "up/sub/x.sh",
    ask: "/run/x.sh",
    issue: /:5: .*cgi: the programs in "\/site\/run" lie in the upload store on line 4/,
  },
  {
    name: "a link to an upload among the programs",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations: { /up/: { upload_store: www/up } }
`,
    links: { "www/good.php": "www/up/x.txt" },
    upload: "www/up/x.txt",
    ask: "/good.php",
    issue: undefined,
  },
  {
    name: "an alias to one file in a store",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /one: { alias: up/x.php, cgi: { .php: php-cgi } }
`,
    upload: "up/x.php",
    ask: "/one",
    issue: /:5: .*cgi: the programs in "\/site\/up\/x\.php" lie in the upload store on line 4/,
  },
  {
    name: "a file that is run by itself",
    yaml: `
servers:
  - root: www
    cgi: { .cgi: true }
    locations: { /put/: { upload_store: www/up } }
`,
    upload: "www/up/x.cgi",
    executable: true,
    ask: "/up/x.cgi",
    issue: /:5: .*upload_store/,
  },
  {
    name: "an index",
    yaml: `
servers:
  - root: www
    index: [index.php]
    cgi: { .php: php-cgi }
    locations: { /put/: { upload_store: www/up } }
`,
    upload: "www/up/index.php",
    ask: "/up/",
    issue: /:6: .*upload_store/,
  },
  {
    name: "a candidate of try_files",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations:
      /put/: { upload_store: www/up }
      /from/: { cgi: {}, try_files: [/up/x.php, =404] }
`,
    upload: "www/up/x.php",
    ask: "/from/a",
    issue: /:6: .*upload_store/,
  },
  {
    name: "an error_page",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    error_page: { 404: /up/x.php }
    locations: { /put/: { upload_store: www/up } }
`,
    upload: "www/up/x.php",
    ask: "/missing",
    status: 404,
    issue: /:6: .*upload_store/,
  },
  {
    name: "a path behind the program",
    yaml: `
servers:
  - root: www
    cgi: { .php: php-cgi }
    locations: { /put/: { upload_store: www/up } }
`,
    upload: "www/up/x.php",
    ask: "/up/x.php/more?a=b",
    issue: /:5: .*upload_store/,
  },
  {
    name: "a program for a location",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { cgi_script: up/x }
`,
    upload: "up/x",
    executable: true,
    ask: "/run/",
    issue: /:5: servers\[0\]\.locations\["\/run\/"\]\.cgi_script: "\/site\/up\/x" lies in .* on line 4/,
  },
  {
    name: "a program for a location, behind a link",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { cgi_script: program }
`,
    links: { program: "up/x" },
    upload: "up/x",
    executable: true,
    ask: "/run/",
    issue: /:5: .*cgi_script: "\/site\/program" lies in the upload store on line 4/,
  },
  {
    name: "an interpreter",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .x: up/interpreter } }
`,
    upload: "up/interpreter",
    executable: true,
    ask: "/run/a.x",
    issue: /:5: .*cgi: "\/site\/up\/interpreter" lies in the upload store on line 4/,
  },
  {
    name: "an interpreter on the search path",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .gone: "found-in-up" } }
`,
    upload: "up/found-in-up",
    ask: "/run/a.sh",
    status: 200,
    issue: /:5: .*cgi: "\/site\/up\/found-in-up" lies in the upload store on line 4/,
  },
  {
    name: "an interpreter's argument",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .x: [sh, /site/up/x.sh] } }
`,
    upload: "up/x.sh",
    ask: "/run/a.x",
    issue: /:5: .*cgi: "\/site\/up\/x\.sh" lies in the upload store on line 4/,
  },
  {
    name: "an interpreter's argument, from the program's folder",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .x: [sh, ../up/x.sh] } }
`,
    upload: "up/x.sh",
    ask: "/run/a.x",
    issue: undefined,
  },
  {
    name: "an interpreter's setting",
    yaml: `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .gone: [php-cgi, -d, auto_prepend_file=/site/up/x.php] } }
`,
    upload: "up/x.php",
    ask: "/run/a.sh",
    status: 200,
    issue: /:5: .*cgi: "\/site\/up\/x\.php" lies in the upload store on line 4/,
  },
  {
    name: "a log among the programs",
    yaml: `
access_log: www/log.php
servers:
  - root: www
    cgi: { .php: php-cgi }
`,
    upload: "www/log.php",
    ask: "/log.php",
    issue: /:2: access_log: the log is a program by its name \("\/log\.php" of line 4\)/,
  },
  {
    name: "a log in a store",
    yaml: `
error_log: up/x.log
servers:
  - locations: { /up/: { upload_store: up }, /run/: { alias: up, cgi: { "*": sh } } }
`,
    upload: "up/x.log",
    ask: "/run/x.log",
    issue: /:2: error_log: the log lies in the upload store on line 4/,
  },
];

/** The same where the programs are a FastCGI server's. */
const ASKED: readonly Case[] = CASES.filter(({ yaml }) =>
  yaml !== byFastcgi(yaml) && !yaml.includes("cgi_script")
)
  .map(({ name, yaml, issue, ...rest }) => ({
    ...rest,
    name: `${name}, by FastCGI`,
    yaml: byFastcgi(yaml),
    issue: issue && new RegExp(issue.source.replace("\\.cgi:", "\\.fastcgi:")),
  }));

for (const { name, yaml, links = {}, upload, executable, ask, status = 403, issue } of [...CASES, ...ASKED]) {
  Deno.test(`what was uploaded is not run: ${name}`, async () => {
    const server = siteWith(yaml, {
      ...{ "www/real.php": SOURCE, "run/a.x": SOURCE, "run/a.sh": "hello" },
      [upload]: executable ? { executable: SOURCE } : SOURCE,
    }, links);
    assertEquals(server.ran, []);
    const answer = await server.ask(ask);
    assertEquals([answer.status, server.ran], [status, []]);
    assert(!answer.text.includes(SOURCE), "its source was sent");
    if (status === 403) assertMatch(server.log.join("\n"), /nothing that strangers write is ever run/);
    const said = issuesOf(yaml, server.files);
    if (issue) assertMatch(said.join("\n"), issue);
    else assertEquals(said, []);
  });
}

/** What a check that can see the links says. */
function issuesOf(yaml: string, files: FakeFiles): string[] {
  const { issues = [] } = decodeConfig(yaml, "/site/webserv.yaml", {
    realPath: (path) => realPath(files, path),
    findProgram: (name) => name.startsWith("found-in-") ? `/site/up/${name}` : `/usr/bin/${name}`,
    look: () => "unknown",
    mayWrite: () => true,
    isNamed: true,
  });
  return issues.map((issue) => formatIssue(issue, "/site"));
}

function realPath(files: FakeFiles, path: string): string {
  const real = files.realPath(path);
  if (real !== undefined || path === "/") return real ?? path;
  const slash = path.lastIndexOf("/");
  return `${realPath(files, path.slice(0, slash) || "/")}${path.slice(slash)}`;
}

function siteWith(
  yaml: string,
  files: Parameters<typeof site>[1],
  links: Readonly<Record<string, string>> = {},
): TestSite {
  const server = site(yaml, files);
  for (const [path, target] of Object.entries(links)) {
    server.files.links.set(`/site/${path}`, `/site/${target}`);
  }
  return server;
}

/** A site in PHP with a store for its pictures: the usual one. */
const USUAL = `
servers:
  - root: www
    index: [index.php]
    cgi: { .php: php-cgi }
    locations:
      /up/: { upload_store: www/up }
      /hidden/: { upload_store: www/.hidden }
      /elsewhere/: { upload_store: elsewhere }
`;

Deno.test("a store in a folder of programs that has its part of the paths is fine, and sends files", async () => {
  const server = siteWith(USUAL, { "www/index.php": SOURCE, "www/up/x.php": "stored", "www/.hidden/x": "" });
  assertEquals(issuesOf(USUAL, server.files), []);
  assertEquals(await server.get("/"), "200 ran /index.php");
  assertEquals(await server.get("/up/x.php"), "200 stored");
  assertEquals(server.ran.length, 1);
  const put = { method: "PUT", body: "new" };
  assertEquals((await server.ask("/up/y.php", put)).status, 201);
  assertEquals(await server.get("/up/y.php"), "200 new");
  assertEquals(server.ran.length, 1);
});

Deno.test("a store that is a link: neither where it led nor where it leads is anything run", async () => {
  const yaml = `
servers:
  - locations:
      /up/: { upload_store: up }
      /run/: { alias: run, cgi: { .sh: sh } }
`;
  const server = site(yaml, { "run/good.sh": SOURCE, "run/one/x.sh": SOURCE, "run/two/x.sh": SOURCE });
  // Made only when the site is there already.
  assertEquals(await server.get("/run/one/x.sh"), "200 ran /run/one/x.sh");
  server.files.links.set("/site/up", "/site/run/one");
  assertEquals((await server.ask("/run/one/x.sh")).status, 403);
  assertEquals(await server.get("/run/two/x.sh"), "200 ran /run/two/x.sh");
  const files = new FakeFiles();
  files.write("/site/one/x.sh", "");
  files.write("/site/two/x.sh", "");
  files.links.set("/site/up", "/site/one");
  const { config } = decodeConfig(yaml, "/site/webserv.yaml");
  const neverRun = new NeverRun(config!, files);
  files.links.set("/site/up", "/site/two");
  for (const folder of ["one", "two"]) {
    assertMatch(
      neverRun.reason(["sh", `/site/${folder}/x.sh`], "/site")!,
      /^\/site\/\w+\/x\.sh lies in \/site\/up: /,
    );
  }
  assertEquals(neverRun.reason(["sh", "/site/gone"], "/site"), undefined);
});

Deno.test("without a store nothing is looked at", () => {
  const files = new FakeFiles();
  const { config } = decodeConfig("servers: [{ root: www, cgi: { .sh: sh } }]", "/site/webserv.yaml");
  assertEquals(new NeverRun(config!, files).reason(["sh", "/site/www/x.sh"], "/site/www"), undefined);
  assertEquals(files.counts.realPath, 0);
});

Deno.test("with --upload and --cgi the programs in cgi-bin run, and nothing else below the store", () => {
  const options = {
    root: "/site",
    hostname: "127.0.0.1",
    port: 1,
    https: false,
    listing: true,
    spa: false,
    cors: false,
  };
  const config = folderConfig({ ...options, headers: [], upload: true, cgi: true, workers: 1, quiet: false });
  const files = new FakeFiles();
  files.write("/site/cgi-bin/good.sh", "");
  files.write("/site/up/x.sh", "");
  files.links.set("/site/cgi-bin/out.sh", "/site/up/x.sh");
  const neverRun = new NeverRun(config, files);
  assertEquals(neverRun.reason(["sh", "/site/cgi-bin/good.sh"], "/site/cgi-bin"), undefined);
  assertMatch(neverRun.reason(["/site/up/x.sh"], "/site/up")!, /lies in \/site/);
  assertMatch(neverRun.reason(["sh", "/site/cgi-bin/out.sh"], "/site/cgi-bin")!, /lies in \/site/);
});

Deno.test("a store does not take what would lie among the programs of another server", async () => {
  const server = site(
    `
servers:
  - locations: { /up/: { upload_store: up } }
  - { server_name: other.test, root: up/www, cgi: { .php: php-cgi } }
`,
    { "up/www/x.php": SOURCE },
  );
  const put = { method: "PUT", body: "x" };
  assertEquals((await server.ask("/up/www/y.php", put)).status, 404);
  assertEquals((await server.ask("/up/y.php", put)).status, 201);
});
