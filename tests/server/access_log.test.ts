import { assertEquals, assertNotMatch } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Clock } from "../../lib/ports.ts";
import {
  type AccessFormat,
  AccessLog,
  type LoggedRequest,
  type Outcome,
} from "../../lib/server/access_log.ts";
import { FakeClock, FakeLog } from "../support/fakes.ts";

const NOW = Date.UTC(2026, 10, 2, 8, 3, 5, 678);

/** What a test changes of the request, and of what it got. */
interface Changes {
  readonly host?: string;
  readonly method?: string;
  readonly target?: string;
  readonly referer?: string | undefined;
  readonly userAgent?: string | undefined;
  readonly status?: number;
}

/** A client may send whatever it likes, so nothing is checked here. */
function requestOf(changes: Changes, started: number): LoggedRequest {
  const { referer, userAgent } = { referer: "http://localhost/", userAgent: "Test/1.0 (x; y)", ...changes };
  const fields = [["Referer", referer], ["User-Agent", userAgent]].filter(([, value]) => value !== undefined);
  return {
    host: changes.host ?? "localhost",
    method: changes.method ?? "GET",
    target: changes.target ?? "/a?b=c",
    version: "HTTP/1.1",
    fields: new FieldBlock(fields.map(([name]) => name!), fields.map(([, value]) => value!)),
    started,
  };
}

const clockAt = (now: number, monotonic = 5000): Clock =>
  Object.assign(new FakeClock(), { now: () => now, monotonic: () => monotonic });

const ENDS = { remote: { hostname: "192.0.2.1", port: 1 }, local: { hostname: "127.0.0.1", port: 80 } };
const FINE: Outcome = { status: 200, bytes: 1234 };

function logged(format: AccessFormat, changes: Changes | "no request" = {}): string {
  const log = new FakeLog();
  const access = new AccessLog(log, format, 3, clockAt(NOW));
  if (changes === "no request") access.write(ENDS, undefined, { ...FINE, status: 400 });
  else access.write(ENDS, requestOf(changes, 5000 - 1.23456), FINE);
  assertEquals(log.lines.length, 1);
  return log.lines[0]!;
}

Deno.test("the common format is Apache's", () => {
  assertEquals(
    logged("common"),
    '192.0.2.1 - - [02/Nov/2026:08:03:05 +0000] "GET /a?b=c HTTP/1.1" 200 1234',
  );
});

Deno.test("the combined format has Referer and User-Agent behind it", () => {
  assertEquals(
    logged("combined"),
    '192.0.2.1 - - [02/Nov/2026:08:03:05 +0000] "GET /a?b=c HTTP/1.1" 200 1234 "http://localhost/" "Test/1.0 (x; y)"',
  );
});

Deno.test("what is missing is a hyphen", () => {
  assertEquals(
    logged("combined", "no request"),
    '192.0.2.1 - - [02/Nov/2026:08:03:05 +0000] "-" 400 1234 "-" "-"',
  );
});

Deno.test("the json format has the fields that were promised", () => {
  assertEquals(JSON.parse(logged("json")), {
    time: "2026-11-02T08:03:05.678Z",
    remote: "192.0.2.1",
    host: "localhost",
    method: "GET",
    target: "/a?b=c",
    protocol: "HTTP/1.1",
    status: 200,
    bytes: 1234,
    duration_ms: 1.235,
    referer: "http://localhost/",
    user_agent: "Test/1.0 (x; y)",
    worker: 3,
  });
  const { referer, user_agent } = JSON.parse(
    logged("json", { referer: undefined, userAgent: undefined }),
  ) as Record<string, unknown>;
  assertEquals([referer, user_agent], [null, null]);
});

Deno.test("what was slow or broken on purpose stands in the json format, and only where it was", () => {
  const lines = (["json", "combined"] as const).map((format) => {
    const log = new FakeLog();
    new AccessLog(log, format, 1, clockAt(NOW)).write(ENDS, requestOf({}, 0), {
      ...FINE,
      weather: "delay 300ms",
    });
    return log.lines[0]!;
  });
  assertEquals((JSON.parse(lines[0]!) as { weather: string }).weather, "delay 300ms");
  assertEquals(lines[1], logged("combined"));
});

Deno.test("quotes and backslashes of a client cannot end a text", () => {
  const line = logged("combined", { target: '/"\\', referer: '" 200 0 "', userAgent: "\\" });
  assertEquals(
    line.slice(line.indexOf('"')),
    '"GET /\\"\\\\ HTTP/1.1" 200 1234 "\\" 200 0 \\"" "\\\\"',
  );
});

Deno.test("a client can neither forge a line nor drive a terminal", () => {
  const evil = "x\r\n127.0.0.1 - - forged\x1b[2J\x00\x07\x7f\x85\x9b1m\t";
  for (const format of ["dev", "combined", "common", "json"] as const) {
    const line = logged(format, { target: evil, referer: evil, userAgent: evil, method: evil, host: evil });
    // deno-lint-ignore no-control-regex
    assertNotMatch(line, /[\x00-\x1f\x7f-\x9f]/, format);
  }
  const written = logged("combined", { userAgent: evil });
  assertEquals(
    written.slice(written.indexOf('"x\\')),
    '"x\\x0D\\x0A127.0.0.1 - - forged\\x1B[2J\\x00\\x07\\x7F\\x85\\x9B1m\\x09"',
  );
});

Deno.test("a json line can be read back as it was", () => {
  const evil = 'x\r\n"\\\x1b\x7f\x85\x9b\u00e4';
  assertEquals((JSON.parse(logged("json", { userAgent: evil })) as { user_agent: string }).user_agent, evil);
});

Deno.test("the time is that of each line, also when the second is the same or another", () => {
  const log = new FakeLog();
  let now = 0;
  const access = new AccessLog(log, "common", 1, Object.assign(new FakeClock(), { now: () => now }));
  for (const offset of [0, 999, 1000, 0]) {
    now = Date.UTC(2026, 0, 31, 23, 59, 59, 0) + offset;
    access.write(ENDS, requestOf({}, 0), FINE);
  }
  assertEquals(log.lines.map((line) => /\[(.*)\]/.exec(line)?.[1]), [
    "31/Jan/2026:23:59:59 +0000",
    "31/Jan/2026:23:59:59 +0000",
    "01/Feb/2026:00:00:00 +0000",
    "31/Jan/2026:23:59:59 +0000",
  ]);
});

Deno.test("only the formats that have the time look at the clock when a request begins", () => {
  const start = (format: AccessFormat) => new AccessLog(new FakeLog(), format, 1, clockAt(NOW, 77)).start();
  assertEquals([start("json"), start("dev"), start("common"), start("combined")], [77, 77, 0, 0]);
});

Deno.test("a request that began under another log has no duration", () => {
  const log = new FakeLog();
  new AccessLog(log, "json", 1, clockAt(NOW)).write(ENDS, requestOf({}, 0), FINE);
  assertEquals(JSON.parse(log.lines[0]!).duration_ms, 0);
});

Deno.test("a field that is longer than any that is meant well is cut, in every format", () => {
  const long = "x".repeat(8 * 1024), cut = `${long}...[30000 characters, cut]`, much = "x".repeat(30_000);
  for (const [sent, expected] of [[long, long], [much, cut]] as const) {
    const changes = { host: sent, method: sent, target: sent, referer: sent, userAgent: sent };
    const entry = JSON.parse(logged("json", changes));
    for (const name of ["host", "method", "target", "referer", "user_agent"]) {
      assertEquals(entry[name], expected);
    }
    assertEquals(logged("common", changes).split('"')[1], `${expected} ${expected} HTTP/1.1`);
    assertEquals(logged("combined", changes).split('"').slice(3, 6), [expected, " ", expected]);
  }
});

Deno.test("the dev format is cut at the width of the moment, and knows this machine and the reason", () => {
  const log = new FakeLog();
  const terminal = { columns: 30 as number | undefined };
  const access = new AccessLog(log, "dev", 1, clockAt(NOW), terminal);
  const ends = (remote: string, local: string) => ({
    remote: { hostname: remote, port: 1 },
    local: { hostname: local, port: 80 },
  });
  const failed = { status: 404, bytes: 0, why: "not found in /srv" };
  for (const columns of [30, 46, undefined]) {
    terminal.columns = columns;
    access.write(ends("192.0.2.1", "192.0.2.1"), requestOf({}, 4990), failed);
  }
  access.write(ends("192.0.2.1", "192.0.2.2"), requestOf({}, 4990), failed);
  assertEquals(log.lines.map((line) => line.slice("00:00:00 ".length)), [
    "404 GET  /a?b=c  0 B",
    "404 GET  /a?b=c  0 B  10 ms  not fou…",
    "404 GET  /a?b=c  0 B  10 ms  not found in /srv",
    "404 GET  /a?b=c  0 B  10 ms  192.0.2.1  not found in /srv",
  ]);
});

Deno.test("who has logged in stands in its place, as one word that forges no line", () => {
  const line = (format: AccessFormat, user: string) => {
    const log = new FakeLog();
    new AccessLog(log, format, 3, clockAt(NOW)).write(ENDS, requestOf({}, 0), { ...FINE, user });
    return log.lines[0]!;
  };
  const head = (text: string) => text.split(" [")[0];
  assertEquals(head(line("common", "anna")), "192.0.2.1 - anna");
  assertEquals(head(line("combined", 'an na" \n\x1b')), '192.0.2.1 - an\\x20na\\"\\x20\\x0A\\x1B');
  assertEquals(JSON.parse(line("json", "an na\n")).user, "an na\n");
  assertEquals("user" in JSON.parse(logged("json")), false);
  assertEquals(line("dev", "anna").includes("  anna"), true);
});
