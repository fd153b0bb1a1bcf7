import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { formatEndpoint } from "../../lib/http/endpoint.ts";
import { endpointsOf } from "../../lib/config/listen.ts";
import { addressOf, ListenError } from "../../lib/runtime/net.ts";
import { EndpointReservations, hostNames, withAddresses } from "../../lib/supervisor/endpoints.ts";
import { configOf } from "./support.ts";

const listening = (...addresses: string[]) =>
  configOf(`servers: [{ listen: [${addresses.map((address) => `"${address}"`).join(", ")}], root: . }]`);
const portsOf = (config: ReturnType<typeof configOf>) =>
  config.servers.flatMap(({ listen }) => listen.map(({ port }) => port));

Deno.test("port 0 becomes a port, and stays that port at the next resolve()", () => {
  const endpoints = new EndpointReservations();
  const first = portsOf(endpoints.resolve(listening("127.0.0.1:0")));
  assertNotEquals(first, [0]);
  assertEquals(portsOf(endpoints.resolve(listening("127.0.0.1:0"))), first);
  // Two servers on it mean the same one.
  const twice = configOf(
    'servers: [{ listen: "127.0.0.1:0", root: . }, { listen: "127.0.0.1:0", server_name: x, root: . }]',
  );
  assertEquals(portsOf(endpoints.resolve(twice)), [...first, ...first]);
});

Deno.test("an address that was not kept is forgotten", () => {
  const endpoints = new EndpointReservations();
  const first = endpoints.resolve(listening("127.0.0.1:0"));
  endpoints.keep(first);
  assertEquals(portsOf(endpoints.resolve(listening("127.0.0.1:0"))), portsOf(first));
  endpoints.keep(listening("127.0.0.1:1"));
  // It was let go of, so nobody but us is in the way of somebody else there.
  using taken = Deno.listen({ hostname: "127.0.0.1", port: portsOf(first)[0]! });
  assertNotEquals(portsOf(endpoints.resolve(listening("127.0.0.1:0"))), [taken.addr.port]);
});

Deno.test("a port that somebody else has is taken, also when it is shared", () => {
  for (const reusePort of [false, true]) {
    using other = Deno.listen({ hostname: "127.0.0.1", port: 0, reusePort });
    const { port } = other.addr;
    const error = assertThrows(
      () => new EndpointReservations().resolve(listening(`127.0.0.1:${port}`)),
      ListenError,
      `port ${port} is taken`,
    );
    assertEquals(error.problem, "taken");
  }
});

Deno.test("what is known is not asked again: the server itself has it", () => {
  const endpoints = new EndpointReservations();
  const config = endpoints.resolve(listening("127.0.0.1:0"));
  using _own = Deno.listen({ hostname: "127.0.0.1", port: portsOf(config)[0]!, reusePort: true });
  assertEquals(portsOf(endpoints.resolve(listening("127.0.0.1:0"))), portsOf(config));
});

/** A resolver that counts what it is asked. */
function resolver(addresses: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const lookUp = (name: string) => {
    asked.push(name);
    const address = addresses[name];
    if (address === undefined) {
      throw new ListenError(`the name ${name} cannot be resolved`, "unresolved", { hostname: name, port: 0 });
    }
    return address;
  };
  return { asked, lookUp };
}

const addressesOf = (config: ReturnType<typeof configOf>) => endpointsOf(config).map(formatEndpoint);

Deno.test("names become addresses before anything else, so that what is one socket is one endpoint", () => {
  const { asked, lookUp } = resolver({ "one.test": "127.0.0.1", "two.test": "::1" });
  const endpoints = new EndpointReservations(lookUp);
  const resolved = endpoints.resolve(listening("one.test:0", "127.0.0.1:0"));
  assertEquals(resolved.servers[0]!.listen.length, 1);
  assertEquals(asked, ["one.test"]);
});

Deno.test("a name is asked for once, as long as its address is in use", () => {
  const addresses = { "one.test": "127.0.0.1" };
  const { asked, lookUp } = resolver(addresses);
  const endpoints = new EndpointReservations(lookUp);
  const first = endpoints.resolve(listening("one.test:0"));
  endpoints.keep(first);
  addresses["one.test"] = "127.0.0.2";
  const second = endpoints.resolve(listening("one.test:0"));
  assertEquals([addressesOf(second), asked], [addressesOf(first), ["one.test"]]);
  endpoints.keep(endpoints.resolve(listening("127.0.0.3:0")));
  const third = endpoints.resolve(listening("one.test:0"));
  assertEquals([third.servers[0]!.listen[0]!.hostname, asked.length], ["127.0.0.2", 2]);
});

Deno.test("another spelling of an endpoint that we have is not asked for its port again", () => {
  const { lookUp } = resolver({ "one.test": "127.0.0.1" });
  const endpoints = new EndpointReservations(lookUp);
  const config = endpoints.resolve(listening("127.0.0.1:0"));
  const port = portsOf(config)[0]!;
  using _own = Deno.listen({ hostname: "127.0.0.1", port, reusePort: true });
  assertEquals(addressesOf(endpoints.resolve(listening(`one.test:${port}`))), [`127.0.0.1:${port}`]);
});

Deno.test("a name that cannot be resolved is an error, after which nothing is remembered", () => {
  const { asked, lookUp } = resolver({ "one.test": "127.0.0.1" });
  const endpoints = new EndpointReservations(lookUp);
  assertThrows(() => endpoints.resolve(listening("one.test:0", "no.test:0")), ListenError, "no.test");
  endpoints.resolve(listening("one.test:0"));
  assertEquals(asked, ["one.test", "no.test", "one.test"]);
});

Deno.test("addressOf() asks the system, and names what it does not know", () => {
  const name = Deno.hostname();
  let address: string | undefined;
  try {
    address = addressOf(name);
  } catch (error) {
    // Not every machine knows its own name.
    assertEquals(error instanceof ListenError, true);
  }
  if (address !== undefined) assertEquals(address.includes(":") || /^[\d.]+$/.test(address), true);
  assertThrows(
    () => addressOf("no-such-name.invalid"),
    ListenError,
    "no-such-name.invalid cannot be resolved",
  );
});

Deno.test("hostNames() are those that only the system can resolve, and withAddresses() has none left", () => {
  const config = listening("a.test:80", "a.test:81", "localhost:80", "[::1]:80", "b.test:80");
  assertEquals(hostNames(config), ["a.test", "b.test"]);
  assertEquals(hostNames(withAddresses(config, () => "192.0.2.1")), []);
});
