import { assertEquals } from "@std/assert";
import type { LocationConfig, ServerConfig } from "../../lib/config/types.ts";
import type { AnsweredBy, Trace } from "../../lib/site/trace.ts";
import { site, type SiteRequest } from "../support/site.ts";

/** Takes down everything, in its order. */
class Notes implements Trace {
  readonly lines: string[] = [];
  last: AnsweredBy = { kind: "server" };

  server({ serverName, listen }: ServerConfig): void {
    this.lines.push(`server ${serverName[0] ?? listen[0]!.port}`);
  }

  location({ key }: LocationConfig, path: string): void {
    this.lines.push(`location ${key} ${path}`);
  }

  answeredBy(who: AnsweredBy): void {
    this.last = who;
  }

  programSaid(line: string): void {
    this.lines.push(`said ${line}`);
  }
}

const YAML = `
servers:
  - listen: 8080
    root: www
    server_name: [localhost, other.test]
    error_page: { 404: /404.html, 403: /gone.html }
    add_header: { X-A: b }
    locations:
      /list/: { autoindex: on }
      /text: { return: 200 hello }
      /teapot: { return: 418 }
      /old: { return: 301 /new }
      /store/: { upload_store: store }
      /app/: { try_files: [$uri, $uri.html, /app/index.html] }
      /cgi/: { cgi: { .py: [python3, -u], .sh: true }, alias: cgi, sendfile_from: private }
      /git/: { cgi_script: git.sh }
      /php/: { fastcgi: { .php: "unix:php.sock" } }
      /api/: { fastcgi_pass: 127.0.0.1:9000 }
      /proxy/: { proxy_pass: "http://127.0.0.1:3000/base/" }
`;

const FILES = {
  "www/index.html": "home",
  "www/404.html": "not here",
  "www/list/a.txt": "a",
  "www/app/index.html": "app",
  "www/app/about.html": "about",
  "www/empty/a": "",
  "www/php/a.php": "php",
  "store": null,
  "cgi/a.py": "python",
  "cgi/send.py": "python",
  "cgi/bad.sh": "not executable",
  "private/x.txt": "private",
  "git.sh": { executable: "#!/bin/sh" },
} as const;

const SERVER = { kind: "server" } as const;

const CASES: readonly [target: string, locations: string, who: AnsweredBy, request?: SiteRequest][] = [
  ["/index.html", "/ /index.html", { kind: "file", path: "/site/www/index.html" }],
  ["/", "/ /, / /index.html", { kind: "file", path: "/site/www/index.html" }],
  ["/list/", "/list/ /list/", { kind: "listing", path: "/site/www/list" }],
  ["/list", "/list/ /list", SERVER],
  ["/empty", "/ /empty", SERVER],
  ["/text", "/text /text", { kind: "return" }],
  ["/teapot", "/teapot /teapot", { kind: "return" }],
  ["/old", "/old /old", { kind: "return" }],
  ["/missing", "/ /missing, / /404.html", { kind: "file", path: "/site/www/404.html" }],
  // The page of the error is not there.
  ["/empty/", "/ /empty/, / /gone.html", SERVER],
  ["/index.html", "/ /index.html", SERVER, { method: "OPTIONS" }],
  ["/index.html", "/ /index.html", SERVER, { method: "DELETE" }],
  ["/store/a", "/store/ /store/a", { kind: "store", path: "/site/store/a" }, { method: "PUT", body: "x" }],
  ["/store/", "/store/ /store/", { kind: "store", path: "/site/store" }, { method: "POST", body: "x" }],
  // What try_files looks for besides is no location that the request has been in.
  ["/app/about", "/app/ /app/about, /app/ /app/about.html", {
    kind: "file",
    path: "/site/www/app/about.html",
  }],
  ["/app/x", "/app/ /app/x, /app/ /app/index.html", { kind: "file", path: "/site/www/app/index.html" }],
  ["/cgi/a.py/info", "/cgi/ /cgi/a.py/info", {
    kind: "program",
    path: "/site/cgi/a.py",
    command: ["python3", "-u", "/site/cgi/a.py"],
  }],
  ["/cgi/bad.sh", "/cgi/ /cgi/bad.sh, / /gone.html", SERVER],
  ["/cgi/send.py", "/cgi/ /cgi/send.py", { kind: "file", path: "/site/private/x.txt" }],
  ["/git/info", "/git/ /git/info", { kind: "program", path: "/site/git.sh", command: ["/site/git.sh"] }],
  ["/php/a.php", "/php/ /php/a.php", {
    kind: "fastcgi",
    path: "/site/www/php/a.php",
    server: "unix:/site/php.sock",
  }],
  ["/api/x", "/api/ /api/x", { kind: "fastcgi", path: "/site/www/api", server: "127.0.0.1:9000" }],
  ["/proxy/x?y", "/proxy/ /proxy/x", { kind: "proxy", upstream: "http://127.0.0.1:3000/base/x?y" }],
  ["/.hidden", "/ /, / /404.html", { kind: "file", path: "/site/www/404.html" }],
];

for (const [target, locations, who, request] of CASES) {
  Deno.test(`A trace of ${request?.method ?? "GET"} ${target} has its locations, and who answers`, async () => {
    const notes = new Notes();
    const { ask } = site(
      YAML,
      FILES,
      ({ environment }) =>
        environment.SCRIPT_NAME === "/cgi/send.py"
          ? "X-Sendfile: /x.txt\n\n"
          : "Content-Type: text/plain\n\nran",
    );
    await ask(target, request, notes);
    assertEquals(notes.lines[0], "server localhost");
    assertEquals(notes.lines.slice(1).join(", ").replaceAll("location ", ""), locations);
    assertEquals(notes.last, who);
  });
}
