import { assertEquals, assertThrows } from "@std/assert";
import { parseHead } from "./wire_http2.ts";

const head = (...lines: string[]) => parseHead(lines.join("\r\n"));

Deno.test("a head of HTTP/1.1 becomes lines of HTTP/2, without what belongs to a connection", () => {
  assertEquals(
    head(
      "POST /a?b HTTP/1.1",
      "Host: example.test:80",
      "X-A: 1",
      "Connection: close, X-Hop",
      "X-Hop: 2",
      "Content-Length: 3",
      "Accept:",
    ),
    {
      lines: [
        [":method", "POST"],
        [":scheme", "http"],
        [":authority", "example.test:80"],
        [":path", "/a?b"],
        ["x-a", "1"],
        ["content-length", "3"],
        ["accept", ""],
      ],
      isChunked: false,
      length: 3,
    },
  );
});

Deno.test("every form of a target has its pseudo-fields", () => {
  const pseudo = (line: string) => head(line, "Host: h").lines.map((field) => field.join("="));
  assertEquals(pseudo("GET http://other:1?q HTTP/1.1"), [
    ":method=GET",
    ":scheme=http",
    ":authority=other:1",
    ":path=?q",
  ]);
  assertEquals(pseudo("OPTIONS * HTTP/1.1").at(-1), ":path=*");
  assertEquals(pseudo("CONNECT a:1 HTTP/1.1"), [":method=CONNECT", ":authority=a:1"]);
  assertEquals(head("GET / HTTP/1.1").lines.length, 3);
});

Deno.test("what HTTP/2 cannot say is an error", () => {
  for (const line of ["GET / HTTP/1.0", "GET /", "GET  / HTTP/1.1"]) {
    assertThrows(() => head(line, "Host: h"), Error, "HTTP/2 cannot say this");
  }
  assertThrows(() => head("GET / HTTP/1.1", "Host: a", "Host: b"), Error, "two lines of Host");
  assertThrows(() => head("GET / HTTP/1.1", "no field"), Error, "no field");
});
