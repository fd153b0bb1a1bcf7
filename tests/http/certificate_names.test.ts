import { assertEquals } from "@std/assert";
import { CertificateNames } from "../../lib/http/certificate_names.ts";

Deno.test("CertificateNames.covers() takes an asterisk for one label, and compares addresses with addresses", () => {
  const names = new CertificateNames(["a.test", "*.b.test", "127.0.0.1", "::1", "*.0.0.1", "UPPER.test"]);
  const table: Record<string, boolean> = {
    "a.test": true,
    "x.a.test": false,
    "test": false,
    "b.test": false,
    "x.b.test": true,
    "y.x.b.test": false,
    ".b.test": false,
    "127.0.0.1": true,
    "9.0.0.1": false,
    "::1": true,
    "::2": false,
    "upper.test": true,
    "": false,
  };
  for (const [host, covered] of Object.entries(table)) assertEquals(names.covers(host), covered, host);
  assertEquals(new CertificateNames([]).covers("a.test"), false);
});
