/**
 * Every kind of location, through every internal redirect, to every kind of location: each cell says what may be sent,
 * and none may ever have the source of a program in it.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { byFastcgi, site, type SiteFile } from "../support/site.ts";

/** In every file that a configuration runs. */
const SOURCE = "<?php the source of a program";

/** What stands at the path that is led to. */
interface Target {
  readonly name: string;
  /** The keys of its location; undefined: it has none, and the server's own hold. */
  readonly keys?: string;
  /** Files below /site. TARGET is the path of the target. */
  readonly files: Readonly<Record<string, SiteFile>>;
  /** Status and content where it is asked for. */
  readonly answer: string;
  /** There is a file at its path, as try_files sees it. */
  readonly isFile: boolean;
  /** There is a file where the location that leads there has its own files, as index sees it. */
  readonly isIndex?: boolean;
}

const PAGE = { "rootTARGET": SOURCE };
const TARGETS: readonly Target[] = [
  { name: "a program of the server's", files: PAGE, answer: "200 ran TARGET", isFile: true },
  {
    name: "a program of the location's own",
    keys: "cgi: { .php: [php-cgi, -n] }",
    files: PAGE,
    answer: "200 ran TARGET",
    isFile: true,
  },
  {
    name: "a program that is run by itself",
    keys: "cgi: { '*': true }",
    files: { "rootTARGET": { executable: SOURCE } },
    answer: "200 ran TARGET",
    isFile: true,
  },
  {
    name: "a program that must not be run",
    keys: "cgi: { .php: true }",
    files: PAGE,
    answer: "403",
    isFile: true,
  },
  {
    name: "one program for all",
    keys: "cgi_script: one.sh",
    files: { ...PAGE, "one.sh": { executable: SOURCE } },
    answer: "200 ran TARGET",
    isFile: true,
  },
  {
    name: "a program of a FastCGI server",
    keys: "fastcgi: { .php: 'unix:php.sock' }",
    files: PAGE,
    answer: "200 ran TARGET",
    isFile: true,
  },
  {
    name: "a FastCGI server for all",
    keys: "fastcgi_pass: 'unix:app.sock'",
    files: PAGE,
    answer: "200 ran TARGET",
    isFile: true,
  },
  { name: "a return", keys: 'return: "200 returned"', files: PAGE, answer: "200 returned", isFile: true },
  { name: "a bare return", keys: "return: 410", files: PAGE, answer: "410", isFile: true },
  {
    name: "an alias to a program",
    keys: "alias: tool.php",
    files: { ...PAGE, "tool.php": SOURCE },
    answer: "200 ran TARGET",
    isFile: true,
  },
  {
    name: "an alias to a file",
    keys: "alias: note.txt",
    files: { ...PAGE, "note.txt": "a note" },
    answer: "200 a note",
    isFile: true,
  },
  {
    name: "an alias to a folder",
    keys: "alias: elsewhere",
    files: { ...PAGE, "elsewhere/x": "x" },
    answer: "301",
    isFile: false,
    isIndex: true,
  },
  {
    name: "an upload store",
    keys: "upload_store: stored.php",
    files: { ...PAGE, "stored.php": "stored by somebody" },
    answer: "200 stored by somebody",
    isFile: true,
  },
  {
    name: "a try_files of its own",
    keys: "try_files: [$uri, /other.php]",
    files: { ...PAGE, "root/other.php": SOURCE },
    answer: "200 ran TARGET",
    isFile: true,
  },
  { name: "nothing", files: {}, answer: "404", isFile: false },
];

/** What leads to the target. */
interface Way {
  readonly name: string;
  /** Keys of the location /from/, in which TARGET is the path of the target. */
  readonly keys: string;
  readonly asked: string;
  readonly files?: Readonly<Record<string, SiteFile>>;
  /** What is to be sent, where it is not simply the target's answer. */
  readonly expected?: (target: Target) => string;
}

const unlessMissing = (target: Target) => target.isFile ? target.answer : "404";
/** A page that is an answer of its own stays one; an error's page that is none leaves the error alone. */
const asErrorPage = ({ answer }: Target) => answer.startsWith("200 ") ? `404${answer.slice(3)}` : "404";

const WAYS: readonly Way[] = [
  { name: "no redirect", keys: "", asked: "TARGET" },
  { name: "a fixed candidate", keys: "try_files: [TARGET, =404]", asked: "/from/x", expected: unlessMissing },
  {
    name: "a fixed candidate under an alias",
    keys: "alias: from, try_files: [TARGET, =404]",
    asked: "/from/x",
    expected: unlessMissing,
  },
  { name: "the last of try_files", keys: "try_files: [$uri, TARGET]", asked: "/from/x" },
  {
    name: "the last of try_files under an alias",
    keys: "alias: from, try_files: [$uri, TARGET]",
    asked: "/from/x",
  },
  {
    name: "the last of try_files in a store",
    keys: "upload_store: s, try_files: [$uri, TARGET]",
    asked: "/from/x",
  },
  {
    name: "a local redirect of a program",
    keys: "cgi: { .sh: sh }",
    asked: "/from/go.sh",
    files: { "root/from/go.sh": SOURCE },
  },
  {
    name: "a local redirect of a program for all",
    keys: "cgi_script: go.sh",
    asked: "/from/x",
    files: { "go.sh": { executable: SOURCE } },
  },
  { name: "a local redirect of a FastCGI server", keys: "fastcgi_pass: 'unix:go.sh'", asked: "/from/x" },
  { name: "an error_page", keys: "error_page: { 404: TARGET }", asked: "/from/x", expected: asErrorPage },
  {
    name: "an error_page of a return",
    keys: "return: 404, error_page: { 404: TARGET }",
    asked: "/from/x",
    expected: asErrorPage,
  },
  {
    name: "an error_page of a store",
    keys: "upload_store: s, error_page: { 404: TARGET }",
    asked: "/from/x",
    expected: asErrorPage,
  },
  {
    name: "an error_page of a program for all",
    keys: "cgi_script: gone.sh, error_page: { 404: TARGET }",
    asked: "/from/x",
    expected: asErrorPage,
  },
];

/** Ways whose target stands in the folder that leads to it. */
const WAYS_WITHIN: readonly Way[] = [
  {
    name: "an index",
    keys: "index: [none.html, target.php]",
    asked: "/from/",
    expected: (target) => target.files["rootTARGET"] === undefined ? "403" : target.answer,
  },
  {
    name: "a candidate with a suffix",
    keys: "try_files: [$uri.php, =404]",
    asked: "/from/target",
    expected: unlessMissing,
  },
  {
    name: "a candidate in a folder",
    keys: "try_files: [$uri/target.php, =404]",
    asked: "/from/",
    expected: unlessMissing,
  },
];

function configuration({ keys }: Target, way: Way, path: string, match: string): string {
  return `
servers:
  - root: root
    cgi: { .php: php-cgi }
    locations:
      /from/: { ${way.keys.replaceAll("TARGET", path)} }
${keys === undefined ? "" : `      "${match}${path}": { ${keys} }`}
`;
}

function named<T>(files: Readonly<Record<string, T>>, path: string): Record<string, T> {
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name.replace("TARGET", path), file]),
  );
}

async function check(target: Target, way: Way, path: string, match: string): Promise<void> {
  const yaml = configuration(target, way, path, match);
  await checkCell(target, way, path, yaml, `${way.name} to ${target.name} at ${match}${path}`);
  // A program that is not there is a server's to answer for.
  if (way.keys.includes("gone.sh")) return;
  await checkCell(
    target,
    way,
    path,
    byFastcgi(yaml),
    `${way.name} to ${target.name} at ${match}${path}, FastCGI`,
  );
}

async function checkCell(target: Target, way: Way, path: string, yaml: string, cell: string): Promise<void> {
  const { ask, log } = site(
    yaml,
    { "root/from": null, "from": null, ...named(target.files, path), ...way.files },
    ({ environment: { SCRIPT_NAME, PATH_INFO }, program, args }) =>
      [program, ...args].some((word) => word.endsWith("go.sh"))
        ? `Location: ${path}\n\n`
        : `Content-Type: text/plain\n\nran ${SCRIPT_NAME}${PATH_INFO ?? ""}`,
  );
  for (const method of ["GET", "HEAD", "POST", "DELETE"]) {
    const { status, text } = await ask(way.asked.replace("TARGET", path), { method });
    assert(!text.includes(SOURCE), `${cell}, ${method}: the source is sent`);
    if (method !== "GET") continue;
    const expected = (way.expected?.(target) ?? target.answer).replace("TARGET", path);
    assertEquals(expected.includes(" ") ? `${status} ${text}` : String(status), expected, `${cell}: ${log}`);
  }
}

for (const target of TARGETS) {
  Deno.test(`whatever leads to ${target.name}, its source is not sent`, async () => {
    for (const match of ["", "= "]) {
      for (const way of WAYS) await check(target, way, "/to/target.php", match);
      // Without keys of its own it is what the location around it makes of it.
      if (target.keys === undefined) continue;
      for (const way of [...WAYS, ...WAYS_WITHIN]) await check(target, way, "/from/target.php", match);
    }
  });
}
