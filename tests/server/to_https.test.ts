/**
 * What plain HTTP gets on a port that speaks TLS.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { FieldBlock } from "../../lib/http/fields.ts";
import type { Response } from "../../lib/http/message.ts";
import { Http1Session } from "../../lib/server/http1/session.ts";
import { toHttps } from "../../lib/server/to_https.ts";
import { FakeConnection, fakeContext } from "./fakes.ts";

/** Request line, Host, and the Location of the answer, or the sentence of a 400. */
const CASES: readonly (readonly [line: string, host: string, location: string | RegExp])[] = [
  ["GET / HTTP/1.1", "a.test:8443", "https://a.test:8443/"],
  ["HEAD /x HTTP/1.1", "a.test:8443", "https://a.test:8443/x"],
  ["GET /a%20b/../c?q=%0d%0a&r=//x HTTP/1.1", "a.test:8443", "https://a.test:8443/a%20b/../c?q=%0d%0a&r=//x"],
  ["GET //evil.test/x HTTP/1.1", "a.test:8443", "https://a.test:8443//evil.test/x"],
  ["GET / HTTP/1.1", "A.Test.:8443", "https://a.test:8443/"],
  ["GET / HTTP/1.1", "127.0.0.1:8443", "https://127.0.0.1:8443/"],
  ["GET / HTTP/1.1", "[::1]:8443", "https://[::1]:8443/"],
  ["GET / HTTP/1.1", "a.test:443", "https://a.test/"],
  // Without a port it is that of plain HTTP, which leads here.
  ["GET / HTTP/1.1", "a.test", "https://a.test:80/"],
  ["POST /form HTTP/1.1", "a.test:8443", /ask for https:\/\/a\.test:8443\/\./],
  ["PUT /form HTTP/1.1", "a.test:8443", /ask for https:\/\/a\.test:8443\/\./],
  ["OPTIONS * HTTP/1.1", "a.test:8443", /ask for https:\/\/a\.test:8443\/\./],
  ["GET http://evil.test/ HTTP/1.1", "a.test:8443", /This port speaks HTTPS/],
  ["GET / HTTP/1.0", "", /This port speaks HTTPS/],
];

for (const [line, host, expected] of CASES) {
  Deno.test(`plain HTTP on a port for TLS: ${line}, Host: ${host}`, async () => {
    const output = await exchange(line, host);
    if (typeof expected === "string") {
      assertMatch(output, /^HTTP\/1\.\d 308 /);
      assertEquals(/\r\nLocation: (.*)\r\n/.exec(output)?.[1], expected);
      assertMatch(output, /\r\nCache-Control: no-store\r\n/);
    } else {
      assertMatch(output, /^HTTP\/1\.\d 400 /);
      assertMatch(output, expected);
    }
  });
}

Deno.test("plain HTTP on a port for TLS: what is to be had without TLS comes first", async () => {
  const mine: Response = { status: 200, fields: FieldBlock.EMPTY, body: new TextEncoder().encode("mine") };
  assertMatch(
    await exchange(
      "GET /.webserv/ca HTTP/1.1",
      "a.test",
      (path) => path === "/.webserv/ca" ? mine : undefined,
    ),
    /mine$/,
  );
  assertMatch(await exchange("GET /other HTTP/1.1", "a.test", () => undefined), / 308 /);
});

async function exchange(
  line: string,
  host: string,
  first: (path: string) => Response | undefined = () => undefined,
): Promise<string> {
  const { context } = fakeContext(), connection = new FakeConnection();
  const session = new Http1Session(connection, toHttps(({ path }) => first(path)), context);
  const running = session.run();
  await connection.push(`${line}\r\n${host === "" ? "" : `Host: ${host}\r\n`}Connection: close\r\n\r\n`);
  session.abort();
  await running;
  return connection.output;
}
