/**
 * Which requests over TLS are for a host that their connection is not for: RFC 9110 section 15.5.20.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { CertificateNames } from "../../lib/http/certificate_names.ts";
import { isMisdirected } from "../../lib/site/misdirected.ts";
import { VirtualHosts } from "../../lib/site/virtual_hosts.ts";

const servers = new VirtualHosts("first");
for (const name of ["first", "second", "both"]) servers.add(`${name}.test`, name);
servers.add("*.wild.test", "wild");

/** The names of a server's certificate. */
const CERTIFICATES: Readonly<Record<string, readonly string[]>> = {
  first: ["first.test"],
  second: ["second.test"],
  both: ["both.test", "second.test"],
  wild: ["*.wild.test"],
};

/** The name of the handshake, the host of the request, and whether it is 421. */
const CASES: readonly (readonly [name: string | undefined, host: string, misdirected: boolean])[] = [
  ["first.test", "first.test", false],
  ["first.test", "second.test", true],
  ["second.test", "first.test", true],
  // Its certificate is for the other one as well: clients may use the connection for both.
  ["both.test", "second.test", false],
  ["second.test", "both.test", true],
  // One server, whatever the names.
  ["a.wild.test", "b.wild.test", false],
  ["a.wild.test", "a.b.wild.test", false],
  ["a.wild.test", "first.test", true],
  // A name that nobody has is the first server's.
  ["unknown.test", "first.test", false],
  ["unknown.test", "other.test", false],
  ["unknown.test", "second.test", true],
  ["second.test", "unknown.test", true],
  // Nothing was said, so nothing can be wrong.
  [undefined, "first.test", false],
  [undefined, "second.test", false],
  ["second.test", "127.0.0.1", false],
  ["second.test", "::1", false],
  ["second.test", "", false],
];

for (const [serverName, host, expected] of CASES) {
  Deno.test(`a connection for ${serverName ?? "nobody"} ${expected ? "is not" : "is"} one for "${host}"`, () => {
    const names = CERTIFICATES[servers.find(serverName ?? "")]!;
    const certificate = new CertificateNames(names);
    const tls = {
      serverName,
      protocol: "http/1.1" as const,
      covers: (name: string) => certificate.covers(name),
    };
    assertEquals(isMisdirected({ host, form: "origin" }, tls, servers.find(host), servers), expected);
  });
}
