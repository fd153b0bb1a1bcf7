import { assertEquals } from "@std/assert";
import { endpointKey, endpointOf, endpointUrl, formatEndpoint, isName } from "../../lib/http/endpoint.ts";
import { endpointsOf, withEndpoints } from "../../lib/config/listen.ts";
import { decodeConfig } from "../../lib/config/decode.ts";

Deno.test("endpointOf() has one host for every spelling", () => {
  const table: [string, string][] = [
    ["localhost", "127.0.0.1"],
    ["LOCALHOST", "127.0.0.1"],
    ["a.b.localhost", "127.0.0.1"],
    ["127.0.0.1", "127.0.0.1"],
    ["0:0::1", "::1"],
    ["2001:DB8::0:1", "2001:db8::1"],
    ["My-Host.test", "my-host.test"],
    ["localhost.test", "localhost.test"],
  ];
  for (const [spelling, hostname] of table) {
    assertEquals(endpointOf(spelling, 80).hostname, hostname, spelling);
  }
});

Deno.test("formatEndpoint() puts an IPv6 address in brackets, and endpointUrl() says whether TLS is spoken", () => {
  assertEquals(formatEndpoint(endpointOf("::1", 80)), "[::1]:80");
  assertEquals(formatEndpoint(endpointOf("my-host", 80)), "my-host:80");
  assertEquals(endpointUrl(endpointOf("::1", 80)), "http://[::1]:80/");
  assertEquals(endpointUrl({ ...endpointOf("127.0.0.1", 8443), tls: true }), "https://127.0.0.1:8443/");
});

Deno.test("endpointKey() is that of the socket, which is the same with and without TLS", () => {
  const plain = endpointOf("localhost", 80);
  assertEquals(endpointKey(plain), endpointKey({ ...endpointOf("127.0.0.1", 80), tls: true }));
  assertEquals(endpointKey(plain) === endpointKey(endpointOf("127.0.0.1", 81)), false);
  assertEquals(endpointKey(plain) === endpointKey(endpointOf("127.0.0.2", 80)), false);
});

Deno.test("isName() is true for what only the system can tell", () => {
  for (const hostname of ["my-host", "a.test", "1.2.3.4.test"]) {
    assertEquals(isName({ hostname }), true, hostname);
  }
  for (const hostname of ["127.0.0.1", "0.0.0.0", "::", "::1"]) {
    assertEquals(isName({ hostname }), false, hostname);
  }
});

function configOf(text: string) {
  const { config } = decodeConfig(text, "/srv/webserv.yaml");
  return config!;
}

Deno.test("endpointsOf() has every endpoint once, in the order of the file", () => {
  const config = configOf(`servers:
  - { listen: [81, 80], root: a }
  - { listen: ["localhost:80", "[::1]:80", "[0::1]:82"], server_name: b, root: b }`);
  assertEquals(endpointsOf(config).map(formatEndpoint), [
    "127.0.0.1:81",
    "127.0.0.1:80",
    "[::1]:80",
    "[::1]:82",
  ]);
});

Deno.test("withEndpoints() makes one of what becomes the same", () => {
  const config = configOf("servers: [{ listen: [80, 81], root: a }, { listen: 82, root: b }]");
  const moved = withEndpoints(config, ({ port }) => endpointOf("::1", Math.max(port, 81)));
  assertEquals(moved.servers.map(({ listen }) => listen.map(formatEndpoint)), [["[::1]:81"], ["[::1]:82"]]);
  assertEquals(moved.servers[0]!.fallback, config.servers[0]!.fallback);
});

Deno.test("two spellings of one address in the way of each other are reported", () => {
  const issuesOf = (servers: string) =>
    decodeConfig(`servers: ${servers}`, "/srv/webserv.yaml").issues?.map(({ message }) => message);
  assertEquals(issuesOf('[{ listen: [80, "localhost:80"], root: a }]'), [
    '"80" and "localhost:80" are one address, 127.0.0.1:80: keep one of them',
  ]);
  assertEquals(issuesOf('[{ listen: ["[::1]:80", "[0::1]:80"], root: a }]'), [
    '"[::1]:80" and "[0::1]:80" are one address, [::1]:80: keep one of them',
  ]);
  assertEquals(
    issuesOf('[{ listen: 80, root: a }, { listen: "a.localhost:80", root: b }]')?.[0]?.startsWith(
      "never chosen on 127.0.0.1:80",
    ),
    true,
  );
});
