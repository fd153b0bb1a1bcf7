/**
 * What is said of folders that links may lead to.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import type { Seen } from "../../lib/config/outside.ts";

const THERE: Readonly<Record<string, Seen>> = {
  "/srv/file": "file",
  "/srv/pipe": "other",
  "/srv/locked": "denied",
};

/** /srv/link leads to /site/www. */
const realPath = (path: string) => path.replace(/^\/srv\/link(?=\/|$)/, "/site/www");

/** What is said of a server with these keys, with all issues in place of all warnings where there are any. */
function said(keys: string): string {
  const { warnings, issues } = {
    warnings: [],
    ...decodeConfig(`servers:\n  - { ${keys} }`, "/site/webserv.yaml", {
      realPath,
      findProgram: (name) => `/bin/${name}`,
      look: (path) => THERE[path] ?? (path.includes("none") ? "nothing" : "folder"),
      mayWrite: () => true,
      isNamed: true,
    }),
  };
  return (issues ?? warnings).map((issue) => formatIssue(issue, "/site")).join("\n");
}

const TABLE: readonly (readonly [keys: string, message: RegExp | ""])[] = [
  ["root: www, allow_links_to: /srv/data", ""],
  ["root: www, allow_links_to: [/srv/data, data], locations: { /a: {}, /b: { allow_links_to: [] } }", ""],
  [
    "root: www, allow_links_to: /srv/file",
    /^webserv\.yaml:2: servers\[0\]\.allow_links_to: "\/srv\/file" is a file: name the folder that it is in$/,
  ],
  ["root: www, allow_links_to: /srv/pipe", /: "\/srv\/pipe" is no folder$/],
  [
    "root: www, allow_links_to: [/srv/data, none]",
    /: "\/site\/none" does not exist: what links lead to there gets 404$/,
  ],
  [
    "root: www, allow_links_to: /srv/locked",
    /: "\/srv\/locked" may not be read by this user: check its permissions$/,
  ],
  [
    "root: www, locations: { /x: { allow_links_to: www/data } }",
    /\["\/x"\]\.allow_links_to: without effect: "\/site\/www\/data" lies in the root "\/site\/www", where links may lead anyway$/,
  ],
  [
    "root: www, allow_links_to: /srv/link",
    /^[^\n]*: without effect: "\/srv\/link" lies in the root "\/site\/www"[^\n]*$/,
  ],
  // Some location has another root, from which it lies outside.
  ["root: www, allow_links_to: www/data, locations: { /x: { alias: other } }", ""],
  [
    "root: /srv/www, allow_links_to: /srv",
    /: "\/srv" has the root "\/srv\/www" in it, so links may lead to all that lies beside that: name the folders/,
  ],
  // What links lead to may have a location of its own.
  ["root: /srv/www, allow_links_to: /other, locations: { /x: { alias: /other/x } }", ""],
  [
    "root: /srv/www, allow_links_to: /, locations: { /x: { return: 204 } }",
    /: "\/" has the root[^]*: the configuration file itself lies in "\/"/,
  ],
  [
    "root: /srv/www, allow_links_to: .",
    /^[^\n]*: the configuration file itself lies in "\/site", so a link may show it to everybody[^\n]*$/,
  ],
  [
    "root: www, cgi: { .sh: sh }, allow_links_to: up/in, locations: { /up/: { upload_store: up } }",
    /: "\/site\/up\/in" lies in an upload store, and nothing in a store is ever run/,
  ],
  ["root: www, allow_links_to: up/in, locations: { /put/: { upload_store: up } }", ""],
  // A store in such a folder is nothing to say, since nothing is run there.
  [
    "root: www, cgi: { .sh: sh }, allow_links_to: /srv/data, locations: { /up/: { upload_store: /srv/data/up } }",
    "",
  ],
  [
    "root: www, locations: { /x: { return: 204, allow_links_to: /srv/data } }",
    /: without effect: the return beside it answers everything$/,
  ],
  ["root: www, allow_links_to: { a: b }", /: expected a folder/],
  ["root: www, allow_links_to: ~/data", /: "~" is not known here/],
];

for (const [keys, message] of TABLE) {
  Deno.test(`{ ${keys} }: ${message === "" ? "nothing to say" : "it is told"}`, () => {
    if (message === "") assertEquals(said(keys), "");
    else assertMatch(said(keys), message);
  });
}
