/**
 * What lies where it must not, as far as a configuration tells. Stores and programs, each with what happens at a
 * request: tests/site/never_run.test.ts.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";

/** /site/link leads to /elsewhere. */
const realPath = (path: string) => path.replace(/^\/site\/link(?=\/|$)/, "/elsewhere");

function decoded(text: string, { isNamed = true, file = "/site/webserv.yaml" } = {}) {
  const outside = {
    realPath,
    findProgram: () => undefined,
    look: () => "unknown" as const,
    mayWrite: () => true,
    isNamed,
  };
  const { warnings, issues } = { warnings: [], issues: [], ...decodeConfig(text, file, outside) };
  const lines = (list: readonly Parameters<typeof formatIssue>[0][] = []) =>
    list.map((issue) => formatIssue(issue, "/site"));
  return { issues: lines(issues), warnings: lines(warnings) };
}

const issuesOf = (text: string, options = {}) => decoded(text, options).issues;

/** What is odd about a configuration that is right. */
function warningsOf(text: string): string[] {
  const { issues, warnings } = decoded(text);
  assertEquals(issues, []);
  return warnings;
}

Deno.test("without a look outside no place is compared with another", () => {
  const text = "servers:\n  - locations: { /: { upload_store: . }, /x/: { alias: ., cgi: { .sh: sh } } }";
  assertEquals(decodeConfig(text, "/site/webserv.yaml").issues, undefined);
  assertEquals(issuesOf(text).length, 1);
});

Deno.test("a configuration file in a store that it names is taken only if it was named", () => {
  const yaml = "servers:\n  - locations: { /: { upload_store: . } }";
  assertMatch(
    issuesOf(yaml, { isNamed: false }).join("\n"),
    /^webserv\.yaml:2: .*upload_store: the configuration file itself lies in this store.* --config/,
  );
  assertEquals(issuesOf(yaml), []);
  const linked = "servers:\n  - locations: { /: { upload_store: /elsewhere } }";
  assertEquals(issuesOf(linked, { isNamed: false }).length, 0);
  assertEquals(issuesOf(linked, { isNamed: false, file: "/site/link/webserv.yaml" }).length, 1);
  assertEquals(warningsOf(yaml).length, 1);
});

Deno.test("variables that lead programs into a store are refused, others are not", () => {
  const yaml = (env: string) => `
servers:
  - root: www
    cgi: { .sh: sh }
    cgi_env: { ${env} }
    locations: { /up/: { upload_store: up } }
`;
  for (const env of ["PYTHONPATH: /lib:/site/up/py", "PATH: /site/up", "GIT_PROJECT_ROOT: /site/up"]) {
    assertMatch(
      issuesOf(yaml(env)).join("\n"),
      /:5: servers\[0\]\.cgi_env: .* upload store on line 6/,
    );
  }
  for (const env of ["UPLOADS: /site/up", "PYTHONPATH: /site/upper", "PATH: up"]) {
    assertEquals(issuesOf(yaml(env)), [], env);
  }
});

Deno.test("a log that everybody can read is warned of, one that nobody reaches is not", () => {
  const log = (path: string, location = "{}") =>
    `access_log: ${path}\nservers: [{ root: www, locations: { /logs/: ${location} } }]`;
  assertEquals(warningsOf(log("www/a.log")), [
    'webserv.yaml:1: access_log: everybody can read the log: it is "/a.log" of line 2',
  ]);
  assertEquals(warningsOf(log("www/logs/a.log")).length, 1);
  assertEquals(warningsOf(log("www/logs/a.log", "{ return: 404 }")), []);
  assertEquals(warningsOf(log("www/logs/a.log", "{ root: other }")), []);
  assertEquals(warningsOf(log("www/.logs/a.log")), []);
  assertEquals(warningsOf(log("logs/a.log")), []);
});

Deno.test("what FastCGI answers for, or is started for it, does not lie in a store", () => {
  const yaml = (server: string, location = "{}") => `
servers:
  - root: www
    fastcgi: { ${server} }
    locations:
      /up/: { upload_store: up }
      /x/: ${location}
`;
  const refused: readonly [string, string?][] = [
    [".php: 127.0.0.1:9000", "{ root: up/www }"],
    [".php: { spawn: up/php }"],
    [".php: { spawn: [php, -d, auto_prepend_file=/site/up/x] }"],
    [".a: 127.0.0.1:9000", '{ fastcgi: { "*": { spawn: up/php } } }'],
  ];
  for (const [server, location] of refused) {
    assertMatch(
      issuesOf(yaml(server, location)).join("\n"),
      /^[^\n]*\.fastcgi: [^\n]* upload store on line 6/,
    );
  }
  const right: readonly [string, string?][] = [
    [".php: 127.0.0.1:9000", "{ root: other }"],
    [".php: { spawn: bin/php }"],
    [".php: unix:up/socket", "{ fastcgi_pass: unix:up/socket, root: up }"],
  ];
  for (const [server, location] of right) assertEquals(issuesOf(yaml(server, location)), [], server);
});
