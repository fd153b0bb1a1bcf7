import { assertEquals, assertGreaterOrEqual } from "@std/assert";
import { appConfig } from "../../lib/config/app.ts";

Deno.test("an app has an hour to say something: pages are long in the making, and hot reload is silent", () => {
  const app = { name: "shop", port: 4000, command: "vite" };
  const { servers: [server] } = appConfig({
    app,
    root: undefined,
    hostname: "127.0.0.1",
    port: 8080,
    https: false,
    cors: false,
    headers: [],
    workers: 1,
    quiet: false,
  });
  assertEquals(server!.serverName, ["shop.localhost"]);
  const { proxyPass, proxyTimeouts } = server!.fallback.proxy;
  assertEquals(proxyPass?.map(({ address }) => address), [{ hostname: "127.0.0.1", port: 4000 }]);
  assertGreaterOrEqual(proxyTimeouts.read, 3_600_000);
});
