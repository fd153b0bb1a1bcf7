import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  Authority,
  AUTHORITY_LIFE,
  AuthorityError,
  CERTIFICATE_LIFE,
  createAuthority,
  isDue,
} from "../../lib/authority/authority.ts";
import { readCertificate } from "../../lib/authority/certificate.ts";
import { fromPem } from "../../lib/authority/pem.ts";
import { DAY, folderWith, forge, newAuthority, run } from "./support.ts";

const HOSTS = ["localhost", "127.0.0.1", "::1", "ann-laptop", "phone.local", "*.dev.test", "192.168.1.20"];

Deno.test("openssl takes the authority and its certificates by the strict rules", async () => {
  const { authority } = newAuthority();
  const { certificate } = authority.sign(HOSTS, Date.now());
  await using folder = await folderWith({ "ca.pem": authority.pem, "leaf.pem": certificate });
  for (const file of ["ca.pem", "leaf.pem"]) {
    const { success, text } = await run("openssl", [
      ..."verify -x509_strict -CAfile".split(" "),
      folder.at("ca.pem"),
      folder.at(file),
    ]);
    assert(success, text);
  }
  for (const host of ["localhost", "a.dev.test", "127.0.0.1", "::1", "192.168.1.20"]) {
    const option = /[:\d]$/.test(host) && host !== "localhost" ? "-verify_ip" : "-verify_hostname";
    const { success, text } = await run("openssl", [
      ...["verify", "-x509_strict", "-purpose", "sslserver", option, host],
      ...["-CAfile", folder.at("ca.pem"), folder.at("leaf.pem")],
    ]);
    assert(success, `${host}: ${text}`);
  }
});

Deno.test("openssl reads in them what they are to say", async () => {
  const { authority } = newAuthority();
  const { certificate } = authority.sign(HOSTS, Date.now());
  await using folder = await folderWith({ "ca.pem": authority.pem, "leaf.pem": certificate });
  const said: [file: string, lines: string[]][] = [
    ["ca.pem", [
      "Subject: O = webserv, CN = webserv local authority (ann@ann-laptop)",
      "X509v3 Basic Constraints: critical",
      "CA:TRUE, pathlen:0",
      "X509v3 Key Usage: critical",
      "Certificate Sign, CRL Sign",
      "X509v3 Name Constraints: critical",
      "DNS:home.arpa",
      "DNS:ann-laptop",
      "IP:172.16.0.0/255.240.0.0",
      "IP:100.64.0.0/255.192.0.0",
      "IP:FE80:0:0:0:0:0:0:0/FFC0:0:0:0:0:0:0:0",
      "TLS Web Server Authentication",
      "ASN1 OID: prime256v1",
    ]],
    ["leaf.pem", [
      "Issuer: O = webserv, CN = webserv local authority (ann@ann-laptop)",
      "CA:FALSE",
      "Digital Signature",
      "TLS Web Server Authentication",
      "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:ann-laptop, DNS:phone.local, " +
      "DNS:*.dev.test, IP Address:192.168.1.20",
      "X509v3 Authority Key Identifier",
      "X509v3 Subject Key Identifier",
    ]],
  ];
  for (const [file, lines] of said) {
    const { text } = await run("openssl", ["x509", "-noout", "-text", "-in", folder.at(file)]);
    for (const line of lines) assertStringIncludes(text, line);
  }
});

Deno.test("openssl refuses whatever else somebody signs with the authority's key", async () => {
  const { stored, authority } = newAuthority();
  const forged: [what: string, hosts: string[], commonName?: string][] = [
    ["a name of the internet", ["example.com"]],
    ["one beside a local one", ["localhost", "example.com"]],
    ["one that looks local", ["localhost.example.com"]],
    ["one without a dot before the domain", ["notlocalhost"]],
    ["an address of the internet", ["8.8.8.8"]],
    ["the same in IPv6", ["2606:4700::1111"]],
    ["one as the common name alone", [], "example.com"],
  ];
  await using folder = await folderWith({ "ca.pem": authority.pem });
  for (const [what, hosts, commonName] of forged) {
    await Deno.writeTextFile(folder.at("leaf.pem"), forge(stored, hosts, commonName).certificate);
    const { success, text } = await run("openssl", [
      "verify",
      "-CAfile",
      folder.at("ca.pem"),
      folder.at("leaf.pem"),
    ]);
    assertEquals(success, false, what);
    assertStringIncludes(text, "permitted subtree violation", what);
  }
});

Deno.test("an authority signs for what it is bound to, and for nothing else", () => {
  const { authority } = newAuthority();
  for (const host of [...HOSTS, "a.b.localhost", "10.1.2.3", "fd00::1"]) {
    assert(authority.isWithin(host), host);
  }
  for (
    const host of ["example.com", "*.localhost", "*.test", "*", "8.8.8.8", "other-machine", "", "a b.test"]
  ) {
    assertEquals(authority.isWithin(host), false, host);
    assertThrows(
      () => authority.sign(["localhost", host], Date.now()),
      AuthorityError,
      "it may not vouch for",
    );
  }
});

Deno.test("each certificate has a serial number and a key of its own, and is valid for 90 days", () => {
  const now = Date.UTC(2026, 10, 28, 12), { authority } = newAuthority(now);
  const [first, second] = [authority.sign(["localhost"], now), authority.sign(["localhost"], now)];
  assert(first.key !== second.key);
  const bytes = [first, second].map(({ certificate }) => fromPem("CERTIFICATE", certificate)!.slice(0, 40));
  assert(bytes[0]!.join() !== bytes[1]!.join());
  const read = readCertificate(fromPem("CERTIFICATE", first.certificate)!);
  assertEquals([read.notBefore, read.notAfter], [now - DAY / 24, now + 90 * DAY]);
  assertEquals(first.notAfter, now + CERTIFICATE_LIFE);
  assertEquals(isDue(first, now + 59 * DAY), false);
  assertEquals(isDue(first, now + 61 * DAY), true);
});

Deno.test("an authority is renewed in time, and signs nothing that outlives it", () => {
  const now = Date.UTC(2026, 10, 28, 12), { authority } = newAuthority(now), end = now + AUTHORITY_LIFE;
  assertEquals(authority.notAfter, end);
  assertEquals(authority.isDue(now + 0.89 * AUTHORITY_LIFE), false);
  assertEquals(authority.isDue(now + 0.91 * AUTHORITY_LIFE), true);
  assertEquals(authority.isDue(end + DAY), true);
  assertEquals(authority.sign(["localhost"], end - 10 * DAY).notAfter, end);
});

Deno.test("an authority's certificate after 2049 has the longer form of time", () => {
  const now = Date.UTC(2048, 0, 1), { authority } = newAuthority(now);
  assertEquals(authority.notAfter, now + AUTHORITY_LIFE);
});

Deno.test("the name of an authority says whose it is, and is not too long for a certificate", () => {
  const named = (user: string | undefined, machine: string | undefined) =>
    Authority.read(createAuthority({ user, machine }, Date.now())).description.name;
  assertEquals(named("ann", "laptop"), "webserv local authority (ann@laptop)");
  assertEquals(named(undefined, "laptop"), "webserv local authority (laptop)");
  assertEquals(named(undefined, undefined), "webserv local authority");
  assertEquals(named("ann", "x".repeat(60)).length, 64);
});

Deno.test("what was stored is read again, and what is no authority of ours is refused with what is wrong", async () => {
  const { stored, authority } = newAuthority();
  const other = newAuthority();
  const key = stored.slice(0, stored.indexOf("-----BEGIN CERT"));
  assertEquals(Authority.read(stored).description.fingerprint, authority.description.fingerprint);
  assertEquals(
    Authority.read(stored.replaceAll("\n", "\r\n")).description.fingerprint,
    authority.description.fingerprint,
  );
  await using folder = await folderWith({});
  // Authorities of other programs are bound to nothing.
  const foreign = await run("openssl", [
    ..."req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 9 -keyout".split(
      " ",
    ),
    folder.at("key"),
    "-out",
    folder.at("ca"),
  ]);
  assert(foreign.success, foreign.text);
  const unbound = await Deno.readTextFile(folder.at("key")) + await Deno.readTextFile(folder.at("ca"));
  const leaf = authority.sign(["localhost"], Date.now());
  const damaged = stored.replace(/(-----BEGIN CERTIFICATE-----\n.{20})../, "$1AA");
  const table: [what: string, text: string, message: string][] = [
    ["nothing", "", "no private key"],
    ["a certificate alone", authority.pem, "no private key"],
    ["a key alone", key, "no certificate"],
    ["no base64", stored.replace(/BEGIN PRIVATE KEY-----\n.../, "$&!"), "no private key"],
    ["a key that is none", key.replace(/\n.{30}/, "\n" + "A".repeat(30)) + authority.pem, "cannot be read"],
    ["another's certificate", key + other.authority.pem, "its key is another certificate's"],
    ["a server's certificate", leaf.key + leaf.certificate, "not signed by its own key"],
    ["an authority of another program", unbound, "not bound to local names"],
    [
      "a certificate that is cut off",
      stored.replace(/(BEGIN CERTIFICATE-----\n).*\n/, "$1"),
      "certificate",
    ],
    ["a certificate with a changed byte", damaged, "certificate"],
  ];
  for (const [what, text, message] of table) {
    const error = assertThrows(() => Authority.read(text), AuthorityError, undefined, what);
    assertStringIncludes(error.message, message, what);
  }
});

Deno.test("reading an authority throws nothing but an AuthorityError, whichever byte of it is changed", () => {
  const { stored } = newAuthority();
  const at = stored.indexOf("-----BEGIN CERT");
  const der = fromPem("CERTIFICATE", stored)!;
  for (let index = 0; index < der.length; index += 1) {
    const changed = der.slice();
    changed[index]! ^= 0x55;
    const text = stored.slice(0, at) +
      `-----BEGIN CERTIFICATE-----\n${changed.toBase64()}\n-----END CERTIFICATE-----\n`;
    try {
      Authority.read(text);
    } catch (error) {
      assert(error instanceof AuthorityError, `byte ${index}: ${error}`);
      continue;
    }
    throw new Error(`a changed byte ${index} was not noticed`);
  }
});
