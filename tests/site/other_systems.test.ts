// Requests as a server on Windows or macOS answers them, over a disk that takes names for the same as theirs do.
import { assertEquals } from "@std/assert";
import type { System } from "../../lib/ports.ts";
import { site, type SiteRequest, type TestSite } from "../support/site.ts";

const YAML = `
servers:
  - listen: 8080
    root: .
    autoindex: on
    locations:
      /php/: { cgi: { .php: php-cgi } }
      /Private/: { auth_basic: Private, auth_basic_user_file: users }
      = /exact: { return: 410 }
      /up/: { upload_store: up, allowed_methods: [GET, HEAD, PUT, DELETE, MOVE, MKCOL, PROPFIND], dav: on }
`;

const FILES = {
  "index.html": "first",
  "Mixed.html": "mixed",
  "php/x.php": "SOURCE",
  "php/UPPER.PHP": "SOURCE",
  "Private/secret.txt": "secret",
  "up/kept.txt": "kept",
  "Long File Name.html": "long",
  "f\u00e9te.html": "f\u00eate",
  ".hidden/x": "hidden",
};

function on(system: System, tellsSpelling = true): TestSite {
  const made = site(YAML, FILES, undefined, undefined, system);
  made.files.tellsSpelling = tellsSpelling;
  return made;
}

async function statusOf(made: TestSite, target: string, request?: SiteRequest): Promise<string> {
  const { status, text } = await made.ask(target, request);
  // SECURITY: whatever the status is.
  const says = text.includes("SOURCE") ? " SOURCE" : text.includes("secret") ? " secret" : "";
  return `${status}${says}`;
}

const BOTH: readonly [target: string, linux: string, others: string][] = [
  ["/index.html", "200", "200"],
  ["/Mixed.html", "200", "200"],
  ["/INDEX.HTML", "404", "404"],
  ["/mixed.html", "404", "404"],
  ["/php/x.php", "200", "200"],
  ["/php/X.PHP", "404", "404"],
  ["/php/x.PHP", "404", "404"],
  ["/PHP/x.php", "404", "404"],
  ["/PHP/x.php/info", "404", "404"],
  ["/php/x.php/info", "200", "200"],
  // Its own name has it so: the disk takes it for a program, and so do we.
  ["/php/UPPER.PHP", "200 SOURCE", "200"],
  ["/php/upper.php", "404", "404"],
  ["/Private/secret.txt", "401", "401"],
  ["/private/secret.txt", "404", "401"],
  ["/PRIVATE/secret.txt", "404", "401"],
  ["/PRIVATE/", "404", "401"],
  ["/PRIVATE", "404", "401"],
  ["/exact", "410", "410"],
  ["/EXACT", "404", "404"],
  ["/UP/kept.txt", "404", "404"],
  ["/.HIDDEN/x", "404", "404"],
];

const ON_WINDOWS = [
  "/php/x.php.",
  "/php/x.php%20",
  "/php/x.php::$DATA",
  "/php/x.php%3A%3A%24DATA",
  "/php/X.PHP::$data",
  "/php./x.php",
  "/php%20/x.php",
  "/php::$INDEX_ALLOCATION/x.php",
  "/Private./secret.txt",
  "/Private%20/secret.txt",
  "/PRIVAT~1/secret.txt",
  "/Private::$INDEX_ALLOCATION/secret.txt",
  "/LONGFI~1.HTM",
  "/HIDDEN~1/x",
  "/CON",
  "/con",
  "/NUL.html",
  "/php/COM1",
  "/php/aux.php",
];

for (const system of ["darwin", "windows"] as const) {
  for (const tellsSpelling of [true, false]) {
    const disk = tellsSpelling ? "that tells how its names are spelt" : "that does not";
    Deno.test(`${system}: what is asked for in other letters is no way past a rule, on a disk ${disk}`, async () => {
      const made = on(system, tellsSpelling);
      for (const [target, , others] of BOTH) {
        const status = await statusOf(made, target);
        // The disk alone knows that of files without rules.
        if (!tellsSpelling && status !== others && !/SOURCE|secret/.test(status)) {
          if (/INDEX|mixed|x\.PHP|X\.PHP|upper\.php/.test(target)) continue;
        }
        assertEquals(status, others, target);
      }
    });
  }
}

Deno.test("linux: the same requests", async () => {
  const made = on("linux");
  for (const [target, linux] of BOTH) assertEquals(await statusOf(made, target), linux, target);
});

Deno.test("windows: names that Windows takes for others are not there, and start no program", async () => {
  for (const tellsSpelling of [true, false]) {
    const made = on("windows", tellsSpelling);
    for (const target of ON_WINDOWS) assertEquals(await statusOf(made, target), "404", target);
    assertEquals(made.ran.length, 0);
  }
});

Deno.test("windows: such a name may still be a program's PATH_INFO, and another server's path", async () => {
  const made = on("windows");
  assertEquals(await made.get("/php/x.php/v1/a:b/con"), "200 ran /php/x.php/v1/a:b/con");
});

Deno.test("windows: nothing is stored, moved or made under such a name", async () => {
  const names = ["a.php.", "a%20", "a:b", "kept.txt::$DATA", "KEPT~1.TXT", "nul.txt", "a%3Fb"];
  for (const name of names) {
    const made = on("windows");
    const put = await made.ask(`/up/${name}`, { method: "PUT", body: "new" });
    assertEquals([put.status >= 400 && put.status < 500, put.status], [true, put.status], name);
    const mkcol = await made.ask(`/up/${name}`, { method: "MKCOL" });
    assertEquals([mkcol.status >= 400 && mkcol.status < 500, mkcol.status], [true, mkcol.status], name);
    const move = await made.ask("/up/kept.txt", {
      method: "MOVE",
      fields: { Destination: `http://localhost/up/${name}` },
    });
    assertEquals([move.status >= 400 && move.status < 500, move.status], [true, move.status], name);
    const remove = await made.ask(`/up/${name}`, { method: "DELETE" });
    assertEquals([remove.status >= 400 && remove.status < 500, remove.status], [true, remove.status], name);
    assertEquals(await made.get("/up/kept.txt"), "200 kept", name);
  }
});

Deno.test("darwin: both Unicode forms of a name lead to it", async () => {
  const made = on("darwin");
  assertEquals(await statusOf(made, "/f%C3%A9te.html"), "200");
  assertEquals(await statusOf(made, "/fe%CC%81te.html"), "200");
  assertEquals(await statusOf(made, "/F%C3%89TE.html"), "404");
});

Deno.test("darwin: an invisible character is no way to a program's source or past a location", async () => {
  for (const tellsSpelling of [true, false]) {
    const made = on("darwin", tellsSpelling);
    for (const target of ["/php/x.p%E2%80%8Chp", "/p%E2%80%8Chp/x.php", "/Priv%E2%80%8Cate/secret.txt"]) {
      assertEquals(/SOURCE|secret/.test(await statusOf(made, target)), false, target);
    }
  }
});

Deno.test("the page of a file in other letters says so on this machine, and the log does", async () => {
  const { status, text } = await on("darwin").ask("/INDEX.HTML");
  assertEquals(status, 404);
  assertEquals(text.includes("other upper and lower case letters"), true, text);
});

/** What is sent for the X-Sendfile of a program in `/site`. */
async function sendfile(name: string, system: System): Promise<string> {
  const yaml = `
servers:
  - listen: 8080
    root: .
    locations:
      /php/: { cgi: { .php: php-cgi }, sendfile_from: private }
`;
  const files = { "php/x.php": "SOURCE", "private/a.txt": "sent" };
  const made = site(yaml, files, () => `X-Sendfile: ${name}\n\n`, undefined, system);
  const { status, text } = await made.ask("/php/x.php");
  return status === 200 ? `${status} ${text}` : `${status}`;
}

Deno.test("windows: a program names files with backslashes, and none by a drive that the folder is not on", async () => {
  assertEquals(await sendfile("/site/private/a.txt", "windows"), "200 sent");
  assertEquals(await sendfile("\\site\\private\\a.txt", "windows"), "200 sent");
  assertEquals(await sendfile("a.txt", "windows"), "200 sent");
  for (const name of ["C:\\site\\private\\a.txt", "..\\php\\x.php", "a.txt::$DATA", "A.TXT"]) {
    assertEquals((await sendfile(name, "windows")).startsWith("200"), false, name);
  }
});

Deno.test("uploads are not run, and keys not sent, by another spelling: also on disks that do not tell theirs", async () => {
  const yaml = `
servers:
  - listen: 8080
    root: .
    cgi: { .php: php-cgi }
    locations:
      /put/: { upload_store: Up, allowed_methods: [GET, HEAD, PUT] }
`;
  const files = { "Up/x.php": "SOURCE", "x.php": "SOURCE", "certs/Key.pem": "secret" };
  for (const system of ["darwin", "windows"] as const) {
    for (const tellsSpelling of [true, false]) {
      const made = site(yaml, files, undefined, undefined, system);
      made.files.tellsSpelling = tellsSpelling;
      made.cache.withhold(["/site/certs/Key.pem"]);
      for (const target of ["/Up/x.php", "/up/x.php", "/UP/X.PHP", "/certs/Key.pem", "/certs/KEY.PEM"]) {
        const status = await statusOf(made, target);
        assertEquals(/^40[34]$/.test(status), true, `${system} ${target} ${status}`);
      }
      assertEquals(made.ran.length, 0);
      assertEquals(await made.get("/x.php"), "200 ran /x.php");
    }
  }
});

Deno.test("what is stored is changed by its own spelling alone, but may be given another", async () => {
  for (const system of ["darwin", "windows"] as const) {
    const made = on(system);
    const ask = async (method: string, target: string, rest: Partial<SiteRequest> = {}) =>
      (await made.ask(target, { method, ...rest })).status;
    assertEquals(await ask("PUT", "/up/KEPT.TXT", { body: "new" }), 404);
    assertEquals(await ask("DELETE", "/up/Kept.txt"), 404);
    assertEquals(await ask("MKCOL", "/up/KEPT.TXT"), 403);
    assertEquals(await made.get("/up/kept.txt"), "200 kept");
    const fields = { Destination: "http://localhost/up/Kept.TXT" };
    assertEquals(await ask("MOVE", "/up/kept.txt", { fields }), 201);
    assertEquals(await made.get("/up/Kept.TXT"), "200 kept");
    assertEquals(await ask("PUT", "/up/Kept.TXT", { body: "new" }), 204);
    assertEquals(await ask("DELETE", "/up/Kept.TXT"), 204);
  }
});
