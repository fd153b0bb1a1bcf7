import { assertEquals, assertStrictEquals } from "@std/assert";
import { type AddressSources, withAdvice } from "../../lib/cli/listen_advice.ts";
import { ListenError, type ListenProblem } from "../../lib/runtime/net.ts";

const PLACE = "webserv.yaml:3 (servers[0].listen)";
const OF_FOLDER: AddressSources = { listens: new Map(), takesOptions: true };
const ONE: AddressSources = { listens: new Map([["127.0.0.1:80", PLACE]]), takesOptions: true };
const SEVERAL: AddressSources = {
  listens: new Map([["127.0.0.1:80", PLACE], ["box.test:81", "b"], ["[::1]:82", "c"]]),
  takesOptions: false,
};

Deno.test("withAdvice() says what to do, and where", () => {
  const table: readonly (readonly [ListenProblem, string, number, AddressSources, advice: string])[] = [
    ["taken", "127.0.0.1", 80, OF_FOLDER, "choose another with --port"],
    ["taken", "127.0.0.1", 80, ONE, `choose another with --port, or in ${PLACE}`],
    ["taken", "127.0.0.1", 80, SEVERAL, `choose another in ${PLACE}`],
    // A name was resolved since.
    ["taken", "10.0.0.1", 81, SEVERAL, "choose another in b"],
    ["taken", "::1", 82, SEVERAL, "choose another in c"],
    ["taken", "10.0.0.1", 83, SEVERAL, "choose another in the configuration"],
    [
      "denied",
      "127.0.0.1",
      80,
      ONE,
      `choose one from 1024 on with --port 8080, or in ${PLACE}, or allow it with ` +
      '"sudo setcap cap_net_bind_service=+ep /opt/webserv" or "sudo sysctl net.ipv4.ip_unprivileged_port_start=80"',
    ],
    ["denied", "127.0.0.1", 8080, OF_FOLDER, "choose another with --port"],
    [
      "foreign",
      "192.0.2.1",
      80,
      OF_FOLDER,
      "choose another with --host; 127.0.0.1 is for this machine alone, 0.0.0.0 for all its addresses",
    ],
    ["unresolved", "box.test", 81, SEVERAL, "check its spelling, or write an IP address in b"],
    ["failed", "127.0.0.1", 80, OF_FOLDER, "choose another with --host"],
  ];
  for (const [problem, hostname, port, sources, advice] of table) {
    const error = new ListenError("it failed", problem, { hostname, port });
    const advised = withAdvice(error, sources, "/opt/webserv");
    assertEquals([advised.message, advised.problem], [`it failed: ${advice}`, problem]);
  }
});

Deno.test("withAdvice() leaves a missing permission as it is: it names its flag", () => {
  const error = new ListenError("--allow-net=x is missing", "permission", { hostname: "x", port: 1 });
  assertStrictEquals(withAdvice(error, ONE, undefined), error);
});

Deno.test("withAdvice() says of other systems what is done there", () => {
  const denied = (port: number) => new ListenError("it failed", "denied", { hostname: "127.0.0.1", port });
  const advised = (port: number, os: "darwin" | "windows") =>
    withAdvice(denied(port), OF_FOLDER, "/opt/webserv", os).message;
  assertEquals(advised(80, "darwin"), "it failed: choose one from 1024 on with --port 8080");
  assertEquals(advised(5000, "darwin"), "it failed: choose another with --port");
  const windows =
    "it failed: choose another with --port: Windows keeps those for itself that are listed by " +
    '"netsh interface ipv4 show excludedportrange protocol=tcp"';
  assertEquals([advised(80, "windows"), advised(8080, "windows")], [windows, windows]);
});
