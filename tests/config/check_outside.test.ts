/**
 * What a configuration names that is not there, or is something else.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { decodeConfig, type Issue } from "../../lib/config/decode.ts";
import type { Seen } from "../../lib/config/outside.ts";

const THERE: Readonly<Record<string, Seen>> = {
  "/": "folder",
  "/site": "folder",
  "/site/www": "folder",
  "/site/www/404.html": "file",
  "/site/www/folder": "folder",
  "/site/www/index.html": "file",
  "/site/a.txt": "file",
  "/site/pipe": "other",
  "/site/locked": "denied",
  "/site/hidden": "unknown",
  "/site/read-only": "folder",
  "/site/cgi": "folder",
  "/site/cgi/error.sh": "file",
};

function decoded(text: string): { issues: string[]; warnings: string[] } {
  const result = decodeConfig(text, "/site/webserv.yaml", {
    realPath: (path) => path,
    findProgram: () => undefined,
    look: (path) => THERE[path] ?? "nothing",
    mayWrite: (path) => path !== "/site/read-only",
    isNamed: true,
  });
  const lines = (list: readonly Issue[]) =>
    list.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  return { issues: lines(result.issues ?? []), warnings: lines(result.config ? result.warnings : []) };
}

/** What a key says, and what is said about it. */
const ISSUES: readonly (readonly [keys: string, message: RegExp])[] = [
  [
    "root: a.txt",
    /^2 servers\[0\]\.root: "\/site\/a\.txt" is a file: name the folder that it is in, or use alias/,
  ],
  ["root: pipe", /root: "\/site\/pipe" is neither a folder nor a file: name a folder/],
  [
    "root: www, locations: { /x/: { root: a.txt } }",
    /^2 servers\[0\]\.locations\["\/x\/"\]\.root: .* is a file/,
  ],
  ["root: www, locations: { /x/: { alias: pipe } }", /alias: .* is neither/],
  [
    "locations: { /: { upload_store: a.txt } }",
    /upload_store: the store "\/site\/a\.txt" is a file: name a folder/,
  ],
  [
    "locations: { /: { upload_store: a.txt/deep/er } }",
    /the store "\/site\/a\.txt\/deep\/er" cannot be made, since "\/site\/a\.txt" is a file/,
  ],
];

const WARNINGS: readonly (readonly [keys: string, message: RegExp])[] = [
  [
    "root: www, locations: { /x/: { cgi_script: www } }",
    /cgi_script: "\/site\/www" is a folder: name a program/,
  ],
  ["root: missing", /^2 servers\[0\]\.root: "\/site\/missing" does not exist: requests for it get 404$/],
  ["root: locked", /root: "\/site\/locked" may not be read by this user: check its permissions$/],
  ["root: www, locations: { /x/: { alias: missing } }", /alias: "\/site\/missing" does not exist/],
  ["root: www, locations: { /x/: { cgi_script: missing } }", /cgi_script: "\/site\/missing" does not exist/],
  [
    "locations: { /: { upload_store: read-only/new } }",
    /the store "\/site\/read-only\/new" cannot be made: "\/site\/read-only" may not be written to by this user/,
  ],
  [
    "locations: { /: { upload_store: read-only } }",
    /store "\/site\/read-only" may not be written to by this user/,
  ],
  [
    "root: www, error_page: { 404: /404.html, 5xx: /50x.html }",
    /error_page: there is no page "\/50x\.html", since "\/site\/www\/50x\.html" does not exist: the built-in page/,
  ],
  [
    "root: www, error_page: { 404: /folder }",
    /there is no page "\/folder", since "\/site\/www\/folder" is a folder/,
  ],
  [
    "root: www, locations: { /x/: { error_page: { 404: /x.html } } }",
    /\["\/x\/"\]\.error_page: there is no page/,
  ],
  [
    "locations: { /x/: { root: www, error_page: { 404: /x.html } } }",
    /there is no page "\/x\.html", since no root has it/,
  ],
  [
    "root: www, try_files: [$uri, /app.html]",
    /try_files: there is no page "\/app\.html", since .* does not exist: 404 is sent instead/,
  ],
];

const RIGHT: readonly string[] = [
  "root: www",
  "root: hidden",
  "root: hidden, error_page: { 404: /404.html }, locations: { /x/: { alias: hidden } }",
  "root: www, error_page: { 404: /404.html }, try_files: [$uri, /index.html]",
  "root: www, locations: { /x/: { alias: a.txt } }",
  "root: www, error_page: { 404: /e/404 }, locations: { /e/: { return: 200 text } }",
  "root: www, error_page: { 404: /e/404 }, locations: { /e/: { cgi_script: cgi/error.sh } }",
  "root: www, error_page: { 404: /e/error.sh/404 }, locations: { /e/: { alias: cgi, cgi: { .sh: sh } } }",
  'root: www, error_page: { 404: /gone }, locations: { "= /gone": { alias: a.txt } }',
  "locations: { /: { upload_store: new/er } }",
];

const server = (keys: string) => `servers:\n  - { ${keys} }`;

for (const [keys, message] of ISSUES) {
  Deno.test(`decodeConfig() refuses { ${keys} }`, () => {
    const { issues } = decoded(server(keys));
    assertEquals(issues.length, 1, issues.join("\n"));
    assertMatch(issues[0]!, message);
  });
}

for (const [keys, message] of WARNINGS) {
  Deno.test(`decodeConfig() warns of { ${keys} }`, () => {
    const { issues, warnings } = decoded(server(keys));
    assertEquals([issues, warnings.length], [[], 1], warnings.join("\n"));
    assertMatch(warnings[0]!, message);
  });
}

Deno.test("decodeConfig() says nothing where all is there, or may not be looked at", () => {
  for (const keys of RIGHT) assertEquals(decoded(server(keys)), { issues: [], warnings: [] }, keys);
});

Deno.test("a log whose folder is not there, or that is a folder, is refused with its line", () => {
  const table: readonly (readonly [log: string, message: RegExp | undefined])[] = [
    [
      "logs/a.log",
      /^2 access_log: the folder of "\/site\/logs\/a\.log" does not exist: make it, or name another$/,
    ],
    ["a.txt/a.log", /^2 access_log: "\/site\/a\.txt" is a file: name a folder for the log$/],
    ["www", /^2 access_log: "\/site\/www" is a folder: name a file$/],
    ["new.log", undefined],
    ["a.txt", undefined],
    ["stdout", undefined],
  ];
  for (const [log, message] of table) {
    const { issues } = decoded(`workers: 1\naccess_log: ${log}\nservers: [{ root: www }]`);
    if (message === undefined) assertEquals(issues, [], log);
    else assertMatch(issues.join("\n"), message);
  }
});

Deno.test("a FastCGI server whose socket is not there is a warning where it is written, one that is not is none", () => {
  const { issues, warnings } = decoded(`servers:
  - root: www
    fastcgi: { .php: unix:gone.sock, .py: unix:pipe, .rb: "127.0.0.1:9000", .x: { spawn: php-cgi } }
    locations:
      /inherits: {}
      /own: { fastcgi_pass: unix:gone.sock }
      /there: { fastcgi_pass: unix:pipe }
`);
  assertEquals(issues, []);
  const why = 'nobody listens on "/site/gone.sock" yet: requests get 502 until its server runs';
  assertEquals(warnings.filter((line) => line.includes("listens")), [
    `3 servers[0].fastcgi: ${why}`,
    `6 servers[0].locations["/own"].fastcgi_pass: ${why}`,
  ]);
});
