import { assertEquals } from "@std/assert";
import { FailedLogins, keyOf } from "../../lib/access/failed_logins.ts";

Deno.test("an address is blocked after so many failures, until a minute after the first", () => {
  const failures = new FailedLogins(3);
  for (const time of [0, 10_000, 30_000]) {
    assertEquals(failures.blocked("192.0.2.1", time), 0);
    failures.failed("192.0.2.1", time);
  }
  assertEquals([failures.blocked("192.0.2.1", 30_000), failures.blocked("192.0.2.2", 30_000)], [30_000, 0]);
  assertEquals([failures.blocked("192.0.2.1", 59_999), failures.blocked("192.0.2.1", 60_000)], [1, 0]);
  failures.failed("192.0.2.1", 60_000);
  assertEquals(failures.blocked("192.0.2.1", 60_000), 0);
});

Deno.test("of very many addresses the oldest are forgotten", () => {
  const failures = new FailedLogins(1);
  for (let i = 0; i < 100_001; i++) failures.failed(`a${i}`, 1);
  assertEquals([failures.blocked("a0", 1), failures.blocked("a100000", 1)], [0, 60_000]);
});

Deno.test("a network of IPv6 counts as one address", () => {
  assertEquals(keyOf("2001:db8:0:1::1"), keyOf("2001:DB8:0:1:ffff::2"));
  assertEquals(keyOf("2001:db8:0:2::1") === keyOf("2001:db8:0:1::1"), false);
  assertEquals(keyOf("2001:db8::1"), "2001:db8:0:0::/64");
  assertEquals(keyOf("fe80::1%eth0"), "fe80:0:0:0::/64");
  assertEquals(keyOf("::1"), "0:0:0:0::/64");
  assertEquals(keyOf("::ffff:192.0.2.1"), "::ffff:192.0.2.1");
  assertEquals(keyOf("192.0.2.1"), "192.0.2.1");
});
