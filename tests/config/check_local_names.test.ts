import { assertEquals } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import type { PlacesOutside } from "../../lib/config/outside.ts";

const OUTSIDE: PlacesOutside = {
  realPath: (path) => path,
  findProgram: () => undefined,
  look: () => "folder",
  mayWrite: () => true,
  certificate: () => undefined,
  machineName: "ann-laptop",
  isNamed: true,
};

function problems(server: string): string[] {
  const { issues } = decodeConfig(`servers: [{ root: a, ${server} }]`, "/site/webserv.yaml", OUTSIDE);
  return (issues ?? []).map(({ message }) =>
    /^"(.+?)" is no (?:local name|address)/.exec(message)?.[1] ?? message
  );
}

Deno.test("names that the local authority may not sign for are refused where a server has no certificate of its own", () => {
  const ssl = 'listen: "8443 ssl"', own = "ssl_certificate: a.pem, ssl_certificate_key: a.key";
  const table: [string, string[]][] = [
    [`${ssl}, server_name: [localhost, a.test, x.local, "*.dev.internal", "*.localhost", nas.lan]`, []],
    [`${ssl}, server_name: [ann-laptop, www.ann-laptop, 192.168.1.4, "::1"]`, []],
    [`${ssl}, server_name: [example.com]`, ["example.com"]],
    [`${ssl}, server_name: [localhost, example.com, "*.example.org", other-machine]`, [
      "example.com",
      "*.example.org",
      "other-machine",
    ]],
    [`${ssl}, server_name: [8.8.8.8, "2606:4700::1111"]`, ["8.8.8.8", "[2606:4700::1111]"]],
    [`${ssl}, ${own}, server_name: [example.com]`, []],
    [`listen: 8080, server_name: [example.com]`, []],
    [`listen: "0.0.0.0:8443 ssl"`, []],
    [`listen: "[::]:8443 ssl"`, []],
    [`listen: "203.0.113.5:8443 ssl"`, ["203.0.113.5"]],
    [`listen: "203.0.113.5:8443 ssl", ${own}`, []],
    [`listen: ["10.0.0.1:8443 ssl", "203.0.113.5:8080"]`, []],
  ];
  for (const [server, expected] of table) assertEquals(problems(server), expected, server);
});
