/**
 * Finding the virtual host of a name: among few and among many, for names of any number of labels.
 *
 * @module
 */
import { parseHost } from "../../lib/http/host.ts";
import { VirtualHosts } from "../../lib/site/virtual_hosts.ts";
import { compare, finds, fromWire, type Subject } from "../support.ts";

/** So many names and as many wildcards. */
function hostsOf(count: number): VirtualHosts<string> {
  const hosts = new VirtualHosts("fallback");
  for (let i = 0; i < count; i++) {
    hosts.add(`host${i}.test`, `host${i}`);
    hosts.add(`*.wild${i}.test`, `wild${i}`);
  }
  return hosts;
}

const few = hostsOf(10);
const many = hostsOf(10_000);

compare("a virtual host", {
  "a name of 10": finds(few, "host5.test", "host5"),
  "a name of 10,000": finds(many, "host5000.test", "host5000"),
  "a wildcard of 10": finds(few, "www.wild5.test", "wild5"),
  "a wildcard of 10,000": finds(many, "www.wild5000.test", "wild5000"),
  "no name, 10,000 wildcards": finds(many, "www.elsewhere.test", "fallback"),
  "no name, 126 labels, 10,000 wildcards": finds(many, `${"a.".repeat(125)}x`, "fallback"),
});

function reads(value: string, expected: ReturnType<typeof parseHost>): Subject {
  const sent = fromWire(value);
  return [() => parseHost(sent), expected];
}

compare("the value of Host", {
  "a name with a port": reads("localhost:8080", { host: "localhost", port: 8080 }),
  "an IPv4 address": reads("127.0.0.1:8080", { host: "127.0.0.1", port: 8080 }),
  "an IPv6 address": reads("[2001:db8::1]:8080", { host: "2001:db8::1", port: 8080 }),
  "126 labels": reads(`${"a.".repeat(125)}x`, { host: `${"a.".repeat(125)}x`, port: undefined }),
  "refused: 32 KiB of labels": reads("a.".repeat(16 * 1024), undefined),
  "refused: 32 KiB of an IPv6 address": reads(`[${"a:".repeat(16 * 1024)}a]`, undefined),
  "refused: 32 KiB of escapes": reads("%41".repeat(10 * 1024) + "/", undefined),
});
