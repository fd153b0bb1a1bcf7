import { assert, assertEquals } from "@std/assert";
import { columnsOf } from "../../lib/bytes/columns.ts";
import { placeOf, startBlock, type StartFacts } from "../../lib/cli/start_block.ts";
import { fileConfig, folderConfig } from "../../lib/config/defaults.ts";
import { configOf } from "../supervisor/support.ts";

const FACTS: StartFacts = {
  version: "webserv 1.2.3",
  place: { kind: "folder", path: "/home/somebody/projects/site/public" },
  config: configOf(
    "servers: [{ root: ., autoindex: on, cgi: { .sh: sh }, locations: { /u/: { upload_store: u } } }]",
  ),
  addresses: {
    local: ["http://127.0.0.1:8081/", "http://app.localhost:8081/"],
    network: ["http://192.0.2.7:8081/"],
  },
  notes: ["8080 is taken, so this is 8081"],
  warnings: ["whoever reaches this machine may store files: there are no passwords"],
};

Deno.test("startBlock() aligns what there is to say", () => {
  assertEquals(
    startBlock(FACTS, { colour: false, columns: undefined }),
    `
  webserv 1.2.3

  folder   /home/somebody/projects/site/public
  with     listing, uploads, programs
  local    http://127.0.0.1:8081/
           http://app.localhost:8081/
  network  http://192.0.2.7:8081/
  note     8080 is taken, so this is 8081
  warning  whoever reaches this machine may store files: there are no passwords

  Ctrl+C stops it.
`,
  );
});

Deno.test("startBlock() has the inspector's whole address in a row of its own", () => {
  const inspector = "http://127.0.0.1:8079/?token=abcdefghijklmnopqrstuvwxyzABCDEF";
  const block = startBlock({ ...FACTS, inspector }, { colour: false, columns: 40 });
  assert(block.includes(`\n  inspect  ${inspector}\n`), block);
});

Deno.test("placeOf() names what is served: a folder, one file, or the configuration", () => {
  const shared = {
    hostname: "127.0.0.1",
    port: 8080,
    https: false,
    cors: false,
    headers: [],
    workers: 1,
    quiet: false,
  };
  const folder = { ...shared, root: "/srv/www", listing: true, spa: false, upload: true, cgi: true };
  assertEquals(placeOf(folderConfig(folder)), { kind: "folder", path: "/srv/www" });
  assertEquals(placeOf(fileConfig({ ...shared, file: "/srv/a film.mp4" })), {
    kind: "file",
    path: "/srv/a film.mp4",
  });
  const written = configOf("servers: [{ return: 204 }]");
  assertEquals(placeOf(written), { kind: "file", path: written.file });
});

Deno.test("startBlock() says what is on, and where sites are that are folders", () => {
  const config = configOf(`admin: 8079
servers:
  - listen: "8443 ssl"
    server_name: "*.localhost"
    root: sites/$host_label
    live_reload: on
    cgi_debug: on
    cgi: { .sh: sh }
    locations:
      /slow/: { delay: 300ms }
      /api/: { proxy_pass: "http://127.0.0.1:3000" }
`);
  const sites = ["https://shop.localhost:8443/"];
  const block = startBlock({ ...FACTS, config, sites }, { colour: false, columns: undefined });
  assert(
    block.includes(
      "  with     a site for each folder, programs, other servers, HTTPS, live reload, weather, inspector\n",
    ),
    block,
  );
  assert(block.includes("  sites    https://shop.localhost:8443/\n"), block);
  for (const weather of ["limit_rate: 50k", "fail: { status: 503, rate: 10% }"]) {
    const config = configOf(`servers: [{ root: ., ${weather} }]`);
    assert(
      startBlock({ ...FACTS, config }, { colour: false, columns: 80 }).includes("  with     weather\n"),
      weather,
    );
  }
});

Deno.test("startBlock() leaves out what there is not, and names some addresses of many", () => {
  const many = Array.from({ length: 11 }, (_, index) => `http://s${index}.localhost:8080/`);
  const block = startBlock(
    {
      ...FACTS,
      config: configOf("servers: [{ return: 204 }]"),
      addresses: { local: many, network: [] },
      notes: [],
      warnings: [],
    },
    { colour: false, columns: 80 },
  );
  assert(!/with|network|note|warning/.test(block), block);
  assert(block.includes("http://s7.localhost:8080/\n           and 3 more\n"), block);
});

Deno.test("startBlock() fits narrow terminals, but for addresses, which are of no use in part", () => {
  for (const columns of [20, 40, 60, 80]) {
    const block = startBlock(FACTS, { colour: false, columns });
    for (const line of block.split("\n")) {
      assert(line.includes("http") || columnsOf(line) <= Math.max(columns, 24), `${columns}: ${line}`);
    }
  }
  assert(startBlock(FACTS, { colour: false, columns: 40 }).includes("  folder   …/projects/site/public\n"));
});

Deno.test("startBlock() has colours where they are wanted, and nothing of a folder's name drives the terminal", () => {
  const facts = { ...FACTS, place: { kind: "folder" as const, path: "/a\x1b[2J\nb" } };
  const plain = startBlock(facts, { colour: false, columns: 80 });
  assert(plain.includes("/a\\x1B[2J\\x0Ab\n"), plain);
  assert(!plain.includes("\x1b"), plain);
  const coloured = startBlock(FACTS, { colour: true, columns: 80 });
  assert(coloured.includes("\x1b[36mhttp://127.0.0.1:8081/\x1b[0m"), coloured);
  // deno-lint-ignore no-control-regex
  assertEquals(coloured.replace(/\x1b\[\d+m/g, ""), startBlock(FACTS, { colour: false, columns: 80 }));
});
