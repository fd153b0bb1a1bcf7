import { assertEquals } from "@std/assert";
import {
  addressBytes,
  addressesForPhones,
  domainOfMachine,
  isWithin,
  LOCAL_NETWORKS,
  localDomains,
  maskBytes,
} from "../../lib/http/local_names.ts";

Deno.test("isWithin() takes local names and addresses, and nothing that is somebody's on the internet", () => {
  const domains = localDomains("ann-laptop");
  const table: [boolean, string][] = [
    [true, "localhost test local internal lan home.arpa"],
    [true, "a.localhost a.b.test phone.local x.y.z.internal nas.lan printer.home.arpa"],
    [true, "ann-laptop www.ann-laptop"],
    [true, "127.0.0.1 127.255.255.255 10.0.0.1 10.255.0.1 172.16.0.1 172.31.255.255 192.168.0.1 169.254.9.9"],
    [true, "100.64.0.1 100.127.255.255 ::1 fc00::1 fd12:3456::1 fe80::1 febf::1"],
    [false, "example.com com arpa notlocalhost xlocal localhost.example.com ann-laptop.com my-ann-laptop"],
    [false, "126.0.0.1 128.0.0.1 9.255.255.255 11.0.0.1 172.15.0.1 172.32.0.1 192.167.0.1 192.169.0.1"],
    [false, "8.8.8.8 100.63.255.255 100.128.0.1 169.253.0.1 0.0.0.0 1.2.3.999.test."],
    [false, "::2 :: 2001:db8::1 fbff::1 fec0::1 ::ffff:7f00:1 2606:4700::1111"],
    [false, "-a.test a-.test a..test .test a_b.test ä.test a%20b.test"],
  ];
  for (const [expected, hosts] of table) {
    for (const host of hosts.split(" ")) {
      assertEquals(isWithin(host, domains, LOCAL_NETWORKS), expected, host);
    }
  }
  assertEquals(isWithin("", domains, LOCAL_NETWORKS), false);
  assertEquals(isWithin(`${"a.".repeat(130)}test`, domains, LOCAL_NETWORKS), false);
});

Deno.test("domainOfMachine() takes a machine's name, unless a part of the internet is called like that", () => {
  const table: [string, string | undefined][] = [
    ["ann-laptop", "ann-laptop"],
    ["vm", "vm"],
    ["Ann-Laptop.", "ann-laptop"],
    ["ann.example.com", "ann.example.com"],
    ["3f9c1d2e7a55", "3f9c1d2e7a55"],
    // Top-level domains: all that is below them would be this machine's.
    ["dev", undefined],
    ["App", undefined],
    ["com", undefined],
    ["xn--p1ai", undefined],
    ["xn--somethingnew", undefined],
    // No names of the DNS.
    ["ann_laptop", undefined],
    ["", undefined],
    ["ann laptop", undefined],
    ["10.0.0.1", undefined],
    ["a..b", undefined],
  ];
  for (const [machine, domain] of table) assertEquals(domainOfMachine(machine), domain, machine);
  assertEquals(localDomains("ann.local"), localDomains(undefined));
  assertEquals(localDomains("dev"), localDomains(undefined));
});

Deno.test("addressBytes() gives the bytes of any spelling of an address", () => {
  const table: [string, number[] | undefined][] = [
    ["127.0.0.1", [127, 0, 0, 1]],
    ["::1", [...Array(15).fill(0), 1]],
    ["::", Array(16).fill(0)],
    ["fe80::1:2", [0xfe, 0x80, ...Array(11).fill(0), 1, 0, 2]],
    ["1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]],
    ["2001:db8::", [0x20, 0x01, 0x0d, 0xb8, ...Array(12).fill(0)]],
    ["localhost", undefined],
    ["1.2.3.999", undefined],
    ["1:2", undefined],
  ];
  for (const [host, bytes] of table) {
    assertEquals(addressBytes(host), bytes && Uint8Array.from(bytes), host);
  }
});

Deno.test("addressesForPhones() prefers what is short to type, and gives nothing of the internet", () => {
  const table: [string[], string, string[]][] = [
    [["fd00::2", "192.168.1.20", "203.0.113.5"], "::", ["192.168.1.20"]],
    [["fd00::2", "192.168.1.20", "203.0.113.5"], "0.0.0.0", ["192.168.1.20"]],
    [["fd00::2", "2001:db8::1"], "::", ["fd00::2"]],
    [["fd00::2", "2001:db8::1"], "0.0.0.0", []],
    [["203.0.113.5"], "::", []],
  ];
  for (const [own, listening, expected] of table) {
    assertEquals(addressesForPhones(own, listening), expected);
  }
});

Deno.test("maskBytes() sets the first bits", () => {
  assertEquals([...maskBytes(12, 4)], [255, 240, 0, 0]);
  assertEquals([...maskBytes(8, 4)], [255, 0, 0, 0]);
  assertEquals([...maskBytes(128, 16)], Array(16).fill(255));
  assertEquals([...maskBytes(7, 16)], [254, ...Array(15).fill(0)]);
});
