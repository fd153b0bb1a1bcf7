import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { PublicAuthority } from "../../lib/site/authority_pages.ts";
import { site, type SiteRequest } from "../support/site.ts";

const AUTHORITY: PublicAuthority = {
  name: "webserv local authority (ann@laptop) <b>",
  fingerprint: Array(32).fill("AB").join(":"),
  pem: "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n",
  der: Uint8Array.of(1, 2, 3),
  addresses: ["192.168.1.20"],
};

/** A site with a certificate of the authority, whatever else its server says. */
const local = (listen: string, more = "root: site") =>
  site(`servers: [{ listen: "${listen}", ${more} }]`, { "site/index.html": "hello" }, undefined, AUTHORITY);

const FILES = ["/.webserv/ca", "/.webserv/ca.crt", "/.webserv/ca.pem", "/.webserv/ca.mobileconfig"];

Deno.test("a server with a local certificate has the authority's in the forms that systems take", async () => {
  const table: [string, string, (text: string) => void][] = [
    ["ca.crt", "application/x-x509-ca-cert", (text) => assertEquals(text, "\x01\x02\x03")],
    ["ca.pem", "application/x-pem-file", (text) => assertEquals(text, AUTHORITY.pem)],
    ["ca.mobileconfig", "application/x-apple-aspen-config", (text) => {
      assertMatch(text, /<data>\nAQID\n +<\/data>/);
      assertStringIncludes(text, "<string>com.apple.security.root</string>");
      assertStringIncludes(text, "(ann@laptop) &lt;b&gt;</string>");
      const uuids = text.match(/[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-8[0-9A-F]{3}-[0-9A-F]{12}/g);
      assertEquals(uuids?.length, 2);
    }],
    ["ca", "text/html; charset=utf-8", (text) => assertStringIncludes(text, "iPhone and iPad")],
  ];
  const { ask, askPlain } = local("127.0.0.1:8443 ssl");
  for (const [name, type, check] of table) {
    for (const answer of [await ask(`/.webserv/${name}`), (await askPlain(`/.webserv/${name}`))!]) {
      assertEquals([answer.status, answer.fields.get("content-type")], [200, type]);
      assertEquals(answer.fields.get("cache-control"), "no-store");
      check(answer.text);
    }
  }
});

Deno.test("nobody has them whose certificate is another's, or who speaks no TLS", async () => {
  const files = { "site/index.html": "hello" };
  const others = [
    site(`servers: [{ listen: "127.0.0.1:8080", root: site }]`, files, undefined, AUTHORITY),
    site(
      `servers: [{ listen: "127.0.0.1:8443 ssl", root: site, ssl_certificate: a.pem, ssl_certificate_key: a.key }]`,
      files,
      undefined,
      AUTHORITY,
    ),
    site(`servers: [{ listen: "127.0.0.1:8443 ssl", root: site }]`, files),
  ];
  for (const { ask } of others) {
    for (const path of FILES) assertEquals((await ask(path)).status, 404, path);
  }
});

Deno.test("nothing else lies beside them, whatever the path looks like", async () => {
  const { ask, askPlain } = local("127.0.0.1:8443 ssl");
  const paths = ["/.webserv/", "/.webserv", "/.webserv/ca/", "/.webserv/authority.pem", "/.webserv/ca.key"];
  for (
    const path of [
      ...paths,
      "/.webserv/CA.crt",
      "/x/.webserv/ca",
      "/%2ewebserv/ca",
      "/.webserv/../.webserv/ca",
    ]
  ) {
    assertEquals((await ask(path)).status, 404, path);
    assertEquals(await askPlain(path), undefined, path);
  }
});

Deno.test("they are read-only, and no location has a say in them", async () => {
  const { ask } = local("127.0.0.1:8443 ssl", "return: 301 https://elsewhere.test/");
  assertEquals((await ask("/")).status, 301);
  for (const path of FILES) {
    assertEquals((await ask(path)).status, 200, path);
    const head = await ask(path, { method: "HEAD" });
    assertEquals(head.status, 200, path);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      const { status, fields } = await ask(path, { method });
      assertEquals([status, fields.get("allow")], [405, "GET, HEAD, OPTIONS"], `${method} ${path}`);
    }
    assertEquals((await ask(path, { method: "OPTIONS" })).status, 204, path);
  }
});

Deno.test("they go through the guard of addresses that only this machine reaches", async () => {
  const { ask, askPlain } = local("127.0.0.1:8443 ssl");
  for (const path of FILES) {
    assertEquals((await ask(path, { host: "evil.example" })).status, 421, path);
    assertEquals((await askPlain(path, { host: "evil.example" }))?.status, 421, path);
  }
});

Deno.test("the page leads a phone to an address that it reaches, and the machine itself to its own", async () => {
  const table: [listen: string, host: string, secure: string, phone: string | undefined][] = [
    ["0.0.0.0:8443 ssl", "localhost:8443", "https://localhost:8443/", "http://192.168.1.20:8443/.webserv/ca"],
    ["0.0.0.0:8443 ssl", "10.0.0.9:8443", "https://10.0.0.9:8443/", "http://10.0.0.9:8443/.webserv/ca"],
    [
      "0.0.0.0:8443 ssl",
      "laptop.local:9000",
      "https://laptop.local:9000/",
      "http://laptop.local:9000/.webserv/ca",
    ],
    ["[::]:443 ssl", "[fd00::2]:443", "https://[fd00::2]/", "http://[fd00::2]:443/.webserv/ca"],
    ["127.0.0.1:8443 ssl", "127.0.0.1:8443", "https://127.0.0.1:8443/", undefined],
  ];
  for (const [listen, host, secure, phone] of table) {
    const { text } = await local(listen).ask("/.webserv/ca", { host });
    assertStringIncludes(text, `<a href="${secure}">${secure}</a>`, host);
    assertEquals(text.includes("<svg"), phone !== undefined, host);
    assertStringIncludes(
      text,
      phone === undefined ? "--host 0.0.0.0" : `<a href="${phone}">${phone}</a>`,
      host,
    );
  }
  const both = site(
    `servers: [{ listen: ["127.0.0.1:8080", "0.0.0.0:8443 ssl"], root: site }]`,
    {},
    undefined,
    AUTHORITY,
  );
  const { text } = await both.ask("/.webserv/ca", { host: "localhost:8080" });
  assertStringIncludes(text, "https://localhost:8443/");
  assertStringIncludes(text, "http://192.168.1.20:8443/.webserv/ca");
});

Deno.test("the page shows whoever asks the steps of his own system first, and nothing of what he sends as HTML", async () => {
  const { ask } = local("0.0.0.0:8443 ssl");
  const opened = async (userAgent: string) => {
    const request: SiteRequest = { fields: { "User-Agent": userAgent } };
    const { text, fields } = await ask("/.webserv/ca", request);
    assertStringIncludes(fields.get("content-security-policy")!, "frame-ancestors 'none'");
    assert(!text.includes("<script"));
    assertStringIncludes(text, "(ann@laptop) &lt;b&gt;");
    return [...text.matchAll(/<details open><summary>(.+?)<\/summary>/g)].map(([, title]) => title);
  };
  const table: [string, string[]][] = [
    ["Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", ["iPhone and iPad"]],
    ["Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/131.0 Mobile Safari/537.36", ["Android"]],
    ["Mozilla/5.0 (Android 15; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0", ["Android"]],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", ["Firefox on a computer"]],
    ["Mozilla/5.0 (Windows NT 10.0; rv:133.0) Gecko/20100101 Firefox/133.0", ["Firefox on a computer"]],
    ["Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/131.0 Safari/537.36", ["Windows"]],
    ["Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", ["macOS"]],
    ["curl/8", []],
    ["<script>alert(1)</script>", []],
  ];
  for (const [userAgent, titles] of table) assertEquals(await opened(userAgent), titles, userAgent);
});
