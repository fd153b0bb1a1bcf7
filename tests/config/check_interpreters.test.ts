import { assertEquals } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";

Deno.test("an interpreter that is not installed is a warning where it is written, once, with its path and line", () => {
  const asked: string[] = [];
  const missing = (program: string) => {
    asked.push(program);
    return program.includes("sh") ? undefined : "is not installed";
  };
  const outside = {
    realPath: (path: string) => path,
    findProgram: () => undefined,
    look: () => "unknown" as const,
    mayWrite: () => true,
    missing,
    isNamed: true,
  };
  const decoded = decodeConfig(
    `servers:
  - root: www
    cgi: { .sh: sh, .py: [python3, -I] }
    locations:
      /own/:
        cgi:
          .php: php-cgi -q
          .x: true
          .rb: "/opt/my ruby"
      /inherits/: {}
      /none/: { cgi: {} }
      /fast/: { fastcgi: { .php: { spawn: [/opt/php, -q] }, .py: { spawn: sh }, .rb: "127.0.0.1:9000" } }
`,
    "/site/webserv.yaml",
    outside,
  );
  if (decoded.issues) throw new Error("it is right");
  assertEquals(decoded.warnings.map((issue) => formatIssue(issue, "/site")), [
    'webserv.yaml:3: servers[0].cgi[".py"]: python3 is not installed: requests for such programs get 502',
    'webserv.yaml:7: servers[0].locations["/own/"].cgi[".php"]: php-cgi is not installed: requests for such programs get 502',
    'webserv.yaml:9: servers[0].locations["/own/"].cgi[".rb"]: /opt/my is not installed: requests for such programs get 502',
    'webserv.yaml:12: servers[0].locations["/fast/"].fastcgi[".php"]: /opt/php is not installed: requests for such programs get 502',
  ]);
  assertEquals(asked, ["sh", "python3", "php-cgi", "/opt/my", "/opt/php", "sh"]);
});
