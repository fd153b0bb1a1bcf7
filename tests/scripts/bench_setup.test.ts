import { assertEquals } from "@std/assert";
import { HOST, hostNames, LOCATION, locationPaths, MANY } from "../../scripts/bench/setup.ts";
import { isBuiltIn } from "../../scripts/bench/servers/nginx.ts";
import { describeShares, workerOf } from "../../scripts/bench/shares.ts";

Deno.test("hostNames() and locationPaths() have the wanted one, the last and the middle one of many", () => {
  assertEquals(hostNames(1), [HOST]);
  assertEquals(locationPaths(1), [LOCATION]);
  assertEquals(hostNames(MANY).at(-1), HOST);
  assertEquals(locationPaths(MANY).indexOf(LOCATION), MANY / 2);
  assertEquals(new Set(hostNames(MANY)).size, MANY);
});

Deno.test("workerOf() and describeShares() tell the workers of a log apart", () => {
  assertEquals(workerOf('{"target":"/","worker":2}'), "2");
  assertEquals(workerOf("127.0.0.1 - -"), "unknown");
  assertEquals(
    describeShares(new Map([["2", 25], ["1", 75]])),
    "Shares of 100 logged requests: worker 1: 75 %, worker 2: 25 %.",
  );
});

Deno.test("isBuiltIn() tells a module in nginx from one that has to be loaded", () => {
  assertEquals(isBuiltIn("--with-compat --with-http_dav_module --with-x"), true);
  assertEquals(isBuiltIn("--with-http_dav_module=dynamic"), false);
  assertEquals(isBuiltIn("--with-compat"), false);
});
