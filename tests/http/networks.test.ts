import { assertEquals, assertThrows } from "@std/assert";
import { Networks, normalAddress, normalNetwork } from "../../lib/http/networks.ts";

Deno.test("an address has one normal form, and what could be read as another one has none", () => {
  const forms: Record<string, string | undefined> = {
    "192.0.2.1": "192.0.2.1",
    "0.0.0.0": "0.0.0.0",
    "255.255.255.255": "255.255.255.255",
    "2001:DB8:0:0::0:1": "2001:db8::1",
    "::": "::",
    "::1": "::1",
    "::ffff:192.0.2.1": "192.0.2.1",
    "::FFFF:c000:0201": "192.0.2.1",
    "0:0:0:0:0:ffff:127.0.0.1": "127.0.0.1",
    "::ffff:0.0.0.0": "0.0.0.0",
    // IPv4-compatible addresses and those of translators are IPv6.
    "::192.0.2.1": "::c000:201",
    "64:ff9b::192.0.2.1": "64:ff9b::c000:201",
  };
  for (const [text, normal] of Object.entries(forms)) assertEquals(normalAddress(text), normal, text);
  const none = [
    ..."1.2.3 1.2.3.4.5 1.2.3.256 01.2.3.4 1.2.3.04 0x7f.0.0.1 2130706433 127.1 1.2.3.4. .1.2.3.4".split(" "),
    ...":: : ::: 1::2::3 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 ::g fe80::1%eth0 fe80::1%25eth0 [::1]".split(" ")
      .slice(1),
    ..."localhost a.test ::ffff:1.2.3 ::ffff:01.2.3.4".split(" "),
    "",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\n",
    "::1\n",
    "１.2.3.4",
  ];
  for (const text of none) assertEquals(normalAddress(text), undefined, JSON.stringify(text));
});

Deno.test("a network is an address and how many of its bits count", () => {
  const forms: Record<string, string | undefined> = {
    "10.0.0.0/8": "10.0.0.0/8",
    "192.0.2.1": "192.0.2.1/32",
    "0.0.0.0/0": "0.0.0.0/0",
    "192.0.2.128/25": "192.0.2.128/25",
    "2001:DB8::/32": "2001:db8::/32",
    "::1": "::1/128",
    "::/0": "::/0",
    "::ffff:10.0.0.0/104": "10.0.0.0/8",
    "::ffff:10.0.0.1": "10.0.0.1/32",
    "::ffff:10.0.0.0/95": undefined,
    "10.0.0.0/33": undefined,
    "::/129": undefined,
    "10.0.0.0/": undefined,
    "10.0.0.0/-1": undefined,
    "10.0.0.0/8/8": undefined,
    "10.0.0.0/255.0.0.0": undefined,
    "10.0.0.0/1e1": undefined,
    "/8": undefined,
    "10/8": undefined,
    "localhost": undefined,
  };
  for (const [text, normal] of Object.entries(forms)) assertEquals(normalNetwork(text), normal, text);
  const meant: Record<string, string> = {
    "10.0.0.1/8": "10.0.0.0/8",
    "192.0.2.129/25": "192.0.2.128/25",
    "2001:db8::1/32": "2001:db8::/32",
    "1.0.0.0/0": "0.0.0.0/0",
    "::ffff:10.0.0.1/104": "10.0.0.0/8",
  };
  for (const [text, network] of Object.entries(meant)) {
    assertThrows(() => normalNetwork(text), RangeError, network);
  }
});

Deno.test("an address is in a network or beside it", () => {
  const cases: [networks: string[], within: string[], outside: string[]][] = [
    [["10.0.0.0/8"], ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"], [
      "9.255.255.255",
      "11.0.0.0",
      "::10.1.2.3",
      "",
    ]],
    [["192.0.2.128/25"], ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]],
    [["127.0.0.1/32"], ["127.0.0.1", "::ffff:127.0.0.1"], ["127.0.0.2", "::1", "localhost", "0x7f.0.0.1"]],
    [["2001:db8::/33"], ["2001:db8::", "2001:db8:7fff::1"], ["2001:db8:8000::", "2001:db9::"]],
    [["::1/128"], ["::1", "0:0:0:0:0:0:0:1"], ["::", "::2", "127.0.0.1"]],
    // Each family by itself.
    [["::/0"], ["::1", "2001:db8::1"], ["10.0.0.1", "::ffff:10.0.0.1"]],
    [["0.0.0.0/0"], ["10.0.0.1", "::ffff:10.0.0.1"], ["::1"]],
    [["10.0.0.0/8", "fd00::/8"], ["10.0.0.1", "fdff::1"], ["fe00::1", "192.168.0.1"]],
    [[], [], ["127.0.0.1", "::1"]],
  ];
  for (const [list, within, outside] of cases) {
    const networks = new Networks(list);
    for (const address of within) assertEquals(networks.has(address), true, `${address} in ${list}`);
    for (const address of outside) assertEquals(networks.has(address), false, `${address} in ${list}`);
  }
});
