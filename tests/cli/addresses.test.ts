import { assertEquals } from "@std/assert";
import { openAddresses } from "../../lib/cli/addresses.ts";
import { configOf } from "../supervisor/support.ts";

const OWN = ["192.0.2.7", "2001:db8::7"];

Deno.test("openAddresses() names only what can be opened, and every name under localhost", () => {
  const cases: [servers: string, local: string[], network: string[]][] = [
    ["{ listen: 8080, return: 204 }", ["http://127.0.0.1:8080/"], []],
    ['{ listen: "192.0.2.9:80", return: 204 }', [], ["http://192.0.2.9:80/"]],
    ['{ listen: "0.0.0.0:8080", return: 204 }', ["http://127.0.0.1:8080/"], ["http://192.0.2.7:8080/"]],
    [
      '{ listen: "[::]:8080", return: 204 }',
      ["http://[::1]:8080/"],
      ["http://192.0.2.7:8080/", "http://[2001:db8::7]:8080/"],
    ],
    [
      '{ listen: [8080, "0.0.0.0:8081"], server_name: [a.localhost, "*.b.localhost", c.test], return: 204 }',
      [
        "http://127.0.0.1:8080/",
        "http://127.0.0.1:8081/",
        "http://a.localhost:8080/",
        "http://a.localhost:8081/",
      ],
      ["http://192.0.2.7:8081/"],
    ],
    // Others cannot reach what is meant for another network.
    [
      '{ listen: "192.0.2.9:80", server_name: a.localhost, return: 204 }, { listen: 80, return: 204 }',
      ["http://127.0.0.1:80/"],
      ["http://192.0.2.9:80/"],
    ],
  ];
  for (const [servers, local, network] of cases) {
    assertEquals(openAddresses(configOf(`servers: [${servers}]`), OWN), { local, network }, servers);
  }
});
