/**
 * What `check` says of certificates and keys, of which others tell what is in them.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { decodeConfig, type Issue } from "../../lib/config/decode.ts";
import type { CertificateLook } from "../../lib/config/outside.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 0, 15);

const fine = {
  names: ["a.test", "*.a.test", "127.0.0.1", "::1"],
  notBefore: NOW - DAY,
  notAfter: NOW + 90 * DAY,
  now: NOW,
};

function said(keys: string, look: CertificateLook | undefined): { issues: string[]; warnings: string[] } {
  const text = `servers:
  - listen: "8443 ssl"
    root: www
    ssl_certificate: a.pem
    ssl_certificate_key: keys/a.key
    ${keys}
`;
  const result = decodeConfig(text, "/site/webserv.yaml", {
    // keys is a link into the root.
    realPath: (path) => path.replace("/site/linked", "/site/www/deep"),
    findProgram: () => undefined,
    look: () => "folder",
    mayWrite: () => true,
    certificate: (certificate, key) => {
      assertEquals(certificate, "/site/a.pem");
      assertMatch(key, /^\/site\/.*a\.key$/);
      return look;
    },
    isNamed: true,
  });
  const lines = (list: readonly Issue[]) =>
    list.map(({ line, path, message }) => `${line} ${path}: ${message}`);
  return { issues: lines(result.issues ?? []), warnings: lines(result.config ? result.warnings : []) };
}

/** Keys of the server, what is in the files, and what is said. */
const WARNINGS:
  readonly (readonly [keys: string, look: CertificateLook | undefined, message: RegExp | undefined])[] = [
    ["server_name: a.test", fine, undefined],
    ['server_name: [a.test, b.a.test, "*.a.test"]', fine, undefined],
    ['server_name: [127.0.0.1, "[::1]"]', fine, undefined],
    ["server_name: b.test", undefined, undefined],
    ["", fine, undefined],
    [
      "server_name: [a.test, b.test, c.b.a.test]",
      fine,
      /^6 servers\[0\]\.server_name: the certificate is not for b\.test, c\.b\.a\.test, so .*: it is for a\.test, /,
    ],
    ['server_name: "*.b.test"', fine, /not for \*\.b\.test/],
    ["server_name: a.test", { ...fine, names: [] }, /not for a\.test.*it has no names at all/],
    [
      "",
      { ...fine, notAfter: NOW - 1 },
      /^4 .*ssl_certificate: the certificate ended on 2026-01-14: clients refuse it/,
    ],
    ["", { ...fine, notBefore: NOW + DAY }, /the certificate begins on 2026-01-16/],
    ["", { ...fine, notAfter: NOW + 5 * DAY }, /the certificate ends on 2026-01-20: time for a new one/],
    ["", { ...fine, notAfter: NOW + 15 * DAY }, undefined],
  ];

for (const [keys, look, message] of WARNINGS) {
  Deno.test(`a certificate, ${keys || "no name"}: ${message ?? "nothing to say"}`, () => {
    const { issues, warnings } = said(keys, look);
    assertEquals(issues, []);
    assertEquals(warnings.length, message === undefined ? 0 : 1, warnings.join("\n"));
    if (message !== undefined) assertMatch(warnings[0]!, message);
  });
}

Deno.test("files that cannot be used are issues of the key that names them", () => {
  assertEquals(said("", { of: "certificate", problem: "does not exist: check the name" }).issues, [
    '4 servers[0].ssl_certificate: the certificate "/site/a.pem" does not exist: check the name',
  ]);
  assertEquals(said("", { of: "key", problem: "does not belong to the certificate" }).issues, [
    '5 servers[0].ssl_certificate_key: the key "/site/keys/a.key" does not belong to the certificate',
  ]);
});

for (
  const [key, isServed] of [["www/a.key", true], ["www/deep/a.key", true], ["linked/a.key", true], [
    "www2/a.key",
    false,
  ], ["store/a.key", true]] as const
) {
  Deno.test(`a key at ${key} ${isServed ? "lies where files are sent from" : "does not lie there"}`, () => {
    const text =
      `servers: [{ listen: 8443 ssl, root: www, ssl_certificate: a.pem, ssl_certificate_key: ${key},
      locations: { /up/: { upload_store: store } } }]`;
    const result = decodeConfig(text, "/site/webserv.yaml", {
      realPath: (path) => path.replace("/site/linked", "/site/www/deep"),
      findProgram: () => undefined,
      look: () => "folder",
      mayWrite: () => true,
      certificate: () => fine,
      isNamed: true,
    });
    const warnings = result.config ? result.warnings.map(({ message }) => message) : [];
    assertEquals(warnings.filter((message) => message.includes("which is served")).length, isServed ? 1 : 0);
  });
}
