/**
 * Bodies that a program is to read, and that break their framing or do not come in time (DESIGN.md section 4).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { exchange, WireClient } from "../support/wire.ts";
import { assertAnswer, assertRefused, get, OK_FILE, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
error_log: off
timeouts: { body: 400ms }
servers:
  - listen: LISTEN
    root: .
    locations:
      /cgi/: { alias: cgi, cgi: { .sh: sh }, client_max_body_size: 1k }
`,
  // It reads everything before it says anything, so that there is still an answer to give when the body fails.
  files: {
    ...OK_FILE,
    "cgi/echo.sh": String.raw`body=$(cat); printf 'Content-Type: text/plain\r\n\r\n[%s]' "$body"`,
  },
});
/** What is refused here is refused at once, and not because some time is over. */
const patient = await sharedServer({
  config: `access_log: off
error_log: off
timeouts: { body: 1h }
servers:
  - listen: LISTEN
    root: .
    client_max_body_size: 1k
    locations:
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
      /store/: { upload_store: store }
`,
  files: { "cgi/echo.sh": "cat", "store": null },
});
const ignore = Deno.build.os === "windows";

const post = (fields: string, body = "") =>
  `POST /cgi/echo.sh HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n\r\n${body}`;

Deno.test({
  name: "a body that is whole is answered, and the connection stays",
  ignore,
  fn: async () => {
    using client = await WireClient.connect(server.port);
    for (
      const request of [
        post("Content-Length: 5", "hello"),
        post("Transfer-Encoding: chunked", "2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: z\r\n\r\n"),
        post("Content-Length: 5\r\nConnection: close", "hello"),
      ]
    ) {
      await client.send(request);
      assertEquals((await client.response())?.text, "[hello]");
    }
    assert(await client.isClosed());
  },
});

Deno.test({
  name: "a body that stops is 408, and the connection closed",
  ignore,
  fn: async () => {
    await assertRefused(server, post("Content-Length: 10", "abc"), { status: 408, fate: "closed" });
    await assertRefused(server, post("Transfer-Encoding: chunked", "5\r\nab"), {
      status: 408,
      fate: "closed",
    });
  },
});

Deno.test({
  name: "a body that never begins is 408, also behind 100 Continue",
  ignore,
  fn: async () => {
    await assertRefused(server, post("Content-Length: 10"), { status: 408, fate: "closed" });
    using client = await WireClient.connect(server.port);
    await client.send(post("Content-Length: 10\r\nExpect: 100-continue"));
    assertEquals((await client.response())?.status, 100);
    await assertAnswer(server, client, { status: 408, fate: "closed" });
  },
});

for (
  const [what, body] of Object.entries({
    "a size that is no number": "zz\r\nhello",
    "an empty size": "\r\nhello\r\n0\r\n\r\n",
    "a size with a sign": "+5\r\nhello\r\n0\r\n\r\n",
    "a size with 0x": "0x5\r\nhello\r\n0\r\n\r\n",
    "a size with a space behind it": "5 \r\nhello\r\n0\r\n\r\n",
    "a bare LF behind the size": "5\nhello\r\n0\r\n\r\n",
    "a chunk that is longer than its size": "3\r\nhello\r\n0\r\n\r\n",
    "a bare LF behind the data": "5\r\nhello\n0\r\n\r\n",
    "a size of more digits than any body has": `${"f".repeat(20)}\r\nhello`,
    "an extension that breaks its grammar": "5;=\r\nhello\r\n0\r\n\r\n",
    "a trailer that breaks the grammar": "5\r\nhello\r\n0\r\nX : y\r\n\r\n",
  })
) {
  Deno.test({
    name: `${what} in a chunked body is refused with 400 and the connection closed`,
    ignore,
    fn: async () => {
      await assertRefused(server, post("Transfer-Encoding: chunked", body), { status: 400, fate: "closed" });
    },
  });
}

Deno.test({
  name:
    "a chunked body over the limit is 413 as soon as it is, and the connection stays if its rest is small",
  ignore,
  fn: async () => {
    const body = "400\r\n" + "x".repeat(1024) + "\r\n1\r\nx";
    using client = await WireClient.connect(server.port);
    await client.send(post("Transfer-Encoding: chunked", body));
    assertEquals((await client.response())?.status, 413);
    await client.send("\r\n0\r\n\r\n" + get("/ok.txt"));
    assertEquals((await client.response())?.text, "fine");
    const fits = await exchange(
      server.port,
      post("Transfer-Encoding: chunked", body.slice(0, -4) + "0\r\n\r\n"),
    );
    assertEquals([fits?.status, fits?.body.length], [200, 1026]);
  },
});

for (
  const [what, request] of Object.entries({
    "program": (fields: string, body: string) => post(fields, body),
    "store": (fields: string, body: string) =>
      post(fields, body).replace("POST /cgi/echo.sh", "PUT /store/new.txt"),
    "form": (fields: string, body: string) =>
      post(`${fields}\r\nContent-Type: multipart/form-data; boundary=x`, body)
        .replace("/cgi/echo.sh", "/store/"),
  })
) {
  Deno.test({
    name: `a chunk announced longer than the body may be is 413 before it comes (${what})`,
    ignore,
    fn: async () => {
      for (const body of ["80000000\r\n", "401\r\nab", "3f0\r\n" + "x".repeat(0x3f0) + "\r\n11\r\n"]) {
        using client = await WireClient.connect(patient.port);
        await client.send(request("Transfer-Encoding: chunked", body));
        assertEquals((await client.response())?.status, 413, body.slice(0, 10));
      }
    },
  });
}
