import { assertEquals } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import { isLocalClient } from "../../lib/http/local_client.ts";

Deno.test("a client on this machine is one that nothing stands before", () => {
  const here = { hostname: "127.0.0.1", port: 1 }, there = { hostname: "192.0.2.1", port: 1 };
  const fields = FieldBlock.of(["Accept", "*/*"]);
  assertEquals(isLocalClient({ remote: here, fields }), true);
  assertEquals(isLocalClient({ remote: { hostname: "::1", port: 1 }, fields }), true);
  assertEquals(isLocalClient({ remote: there, fields }), false);
  for (const name of ["X-Forwarded-For", "Forwarded", "Via"]) {
    assertEquals(isLocalClient({ remote: here, fields: FieldBlock.of([name, "x"]) }), false, name);
  }
  // A proxy that is believed, and does not say for whom it asks.
  const forwarded = { client: here, peer: here, scheme: undefined };
  assertEquals(isLocalClient({ remote: here, fields, forwarded }), false);
});
