/**
 * What programs may answer: documents, redirects, lengths, statuses, fields, whole messages.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { byProtocol, http1Test, protocolOfTest, test } from "../support/protocols.ts";
import { toText, WireClient } from "../support/wire.ts";
import { assertLives, assertLogged, PLAIN, sharedCgiServer } from "./cgi_support.ts";

/** Prints what it is told, with \n and \r as in printf. */
const says = (output: string): string => `printf '${output}'\n`;

const server = await sharedCgiServer({
  "document.sh": says("Content-Type: text/html\\n\\n<p>Hello") + "echo '</p>'\n",
  "crlf.sh": says("Content-Type: text/plain\\r\\n\\r\\nHello"),
  "status.sh": says("Status: 404 No such luck\\nContent-Type: text/plain\\n\\nnothing"),
  "cookies.sh": says("Set-Cookie: a=1; Path=/\\nX-Between: x\\nSet-Cookie: b=2\\nSet-Cookie: c=3\\n\\n"),
  "exact.sh": says("Content-Length: 5\\n\\nHello"),
  "much.sh": says("Content-Length: 5\\n\\nHello, world"),
  "endless.sh": says("Content-Length: 5\\n\\n") + "while :; do echo Hello; done\n",
  "little.sh": says("Content-Length: 50\\n\\nHello"),
  "nothing.sh": says("Status: 204\\n\\nHello"),
  "unchanged.sh": says('Status: 304\\nETag: "x"\\n\\nHello'),
  "hop.sh": says(
    "Connection: close\\nKeep-Alive: timeout=5\\nTransfer-Encoding: chunked\\nServer: mine\\nDate: never\\n" +
      "Upgrade: websocket\\nX-Mine: kept\\n\\nHello",
  ),
  "nph-whole.sh": says("HTTP/1.1 418 Teapot\\r\\nX-Raw: yes\\r\\nContent-Length: 5\\r\\n\\r\\nshort"),
  "away.sh": says("Location: https://example.test/a?b#c\\n\\n"),
  "moved.sh": says("Status: 301 Moved\\nLocation: /ok.txt\\n\\n"),
  "host.sh": says("Location: //example.test/\\n\\n"),
  "local.sh": says("Location: /ok.txt?x=1\\n\\n"),
  "to-script.sh": says("Location: /cgi-bin/show.sh/info?q=1\\n\\n"),
  "chain.sh": "N=${QUERY_STRING:-1}\nif [ $N = 5 ]; then echo Location: /ok.txt\n" +
    "else echo Location: /cgi-bin/chain.sh?$((N + 1)); fi\necho\n",
  "loop.sh": says("Location: /cgi-bin/loop.sh\\n\\n"),
  "to-nowhere.sh": says("Location: /nowhere\\n\\n"),
  "show.sh": PLAIN +
    'echo "$REQUEST_METHOD $PATH_INFO $QUERY_STRING ${CONTENT_LENGTH-none} ${CONTENT_TYPE-none}"\n',
  "large-head.sh": "printf 'X-Large: %030000d\\n\\n' 1\n",
  "app/index.sh": PLAIN + 'echo "index of $SCRIPT_NAME"\n',
}, { server: "index: [index.sh, index.html]" });

http1Test(
  "framing",
  "a document is sent with its fields, chunked since nobody knows its length",
  async () => {
    const response = await ask(server.port, "/cgi-bin/document.sh");
    assertEquals([response.status, response.text], [200, "<p>Hello</p>\n"]);
    assertEquals(response.field("content-type"), "text/html");
    assertEquals(response.field("transfer-encoding"), "chunked");
    assert(response.field("date"));
  },
);

http1Test("version", "a document without a length ends an HTTP/1.0 connection", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("GET /cgi-bin/document.sh HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const response = await client.response();
  assertEquals([response?.version, response?.field("transfer-encoding")], ["HTTP/1.0", undefined]);
  assertEquals(response?.text, "<p>Hello</p>\n");
  assert(await client.isClosed());
});

test("a header block may have CRLF line ends", async () => {
  assertEquals(await get(server.port, "/cgi-bin/crlf.sh"), "200 Hello");
});

test("a status has its own reason, and its document is no error page", async () => {
  const response = await ask(server.port, "/cgi-bin/status.sh");
  assertEquals([response.status, response.reason, response.text], [
    404,
    byProtocol("No such luck", ""),
    "nothing",
  ]);
});

test("several Set-Cookie fields stay several, in their order", async () => {
  const { fields } = await ask(server.port, "/cgi-bin/cookies.sh");
  assertEquals(fields.filter(([name]) => /^set-cookie$/i.test(name)).map(([, value]) => value), [
    "a=1; Path=/",
    "b=2",
    "c=3",
  ]);
});

test("a program's own Content-Length is kept, and so is the connection", async () => {
  using client = await WireClient.connect(server.port);
  for (let i = 0; i < 3; i++) {
    await client.get("/cgi-bin/exact.sh");
    const response = await client.response();
    assertEquals([response?.field("content-length"), response?.text], ["5", "Hello"]);
    assertEquals(response?.field("transfer-encoding"), undefined);
  }
});

for (const name of ["much", "endless"]) {
  test(`more than the announced length is cut, and a connection of HTTP/1.1 closed: ${name}`, async () => {
    using client = await WireClient.connect(server.port);
    await client.get(`/cgi-bin/${name}.sh`);
    const response = await client.response();
    assertEquals([response?.field("content-length"), response?.text], ["5", "Hello"]);
    if (protocolOfTest() === "HTTP/1.1") assert(await client.isClosed());
    await assertLives(server, "/cgi-bin/document.sh");
  });
}

http1Test(
  "framing",
  "less than the announced length closes the connection, so that the client can tell",
  async () => {
    using client = await WireClient.connect(server.port);
    await client.get("/cgi-bin/little.sh");
    assert(toText(await client.rest()).endsWith("\r\nContent-Length: 50\r\n\r\nHello"));
    await assertLogged(server, "GET /cgi-bin/little.sh: The body ended before its announced length");
    await assertLives(server, "/cgi-bin/document.sh");
  },
);

for (const [name, status] of [["nothing", 204], ["unchanged", 304]] as const) {
  test(`a ${status} of a program has no content, and the connection stays`, async () => {
    using client = await WireClient.connect(server.port);
    for (let i = 0; i < 3; i++) {
      await client.get(`/cgi-bin/${name}.sh`);
      const response = await client.response();
      assertEquals(response?.status, status);
      assertEquals(response?.field("content-length"), undefined);
      assertEquals(response?.field("transfer-encoding"), undefined);
    }
    await client.get("/ok.txt");
    assertEquals((await client.response())?.text, "fine");
  });
}

test("HEAD gets a program's fields without its content, and the connection stays", async () => {
  using client = await WireClient.connect(server.port);
  for (const [name, length] of [["document", undefined], ["exact", "5"], ["much", "5"]] as const) {
    await client.send(`HEAD /cgi-bin/${name}.sh HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    const response = await client.response("HEAD");
    assertEquals([response?.status, response?.field("content-length")], [200, length]);
  }
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
});

test("heads of programs that hardly fit a buffer come whole", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("HEAD /cgi-bin/large-head.sh HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(5));
  for (let i = 0; i < 5; i++) assertEquals((await client.response("HEAD"))?.field("x-large")?.length, 30_000);
});

test("fields that belong to the connection are dropped from a program's answer", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/cgi-bin/hop.sh");
  const response = await client.response();
  assertEquals([response?.status, response?.text, response?.field("x-mine")], [200, "Hello", "kept"]);
  for (const name of ["connection", "keep-alive", "upgrade"]) assertEquals(response?.field(name), undefined);
  assertEquals(response?.field("server"), "webserv");
  assertEquals(response?.fields.filter(([name]) => name === "Transfer-Encoding").length, byProtocol(1, 0));
  assertEquals(response?.fields.filter(([name]) => /^date$/i.test(name)).length, 1);
  await client.get("/ok.txt");
  assertEquals((await client.response())?.text, "fine");
});

test("an nph- script's output is the whole answer, and the connection is closed after it", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/cgi-bin/nph-whole.sh");
  if (protocolOfTest() === "HTTP/2") {
    const answer = await client.response();
    assertEquals([answer?.status, answer?.text, answer?.field("x-raw")], [418, "short", "yes"]);
    return;
  }
  assertEquals(
    toText(await client.rest()),
    "HTTP/1.1 418 Teapot\r\nX-Raw: yes\r\nContent-Length: 5\r\n\r\nshort",
  );
});

const REDIRECTS = [
  ["away", 302, "https://example.test/a?b#c"],
  ["moved", 301, "/ok.txt"],
  ["host", 302, "//example.test/"],
] as const;
for (const [name, status, location] of REDIRECTS) {
  test(`a redirect that is the client's to follow gets there: ${location}`, async () => {
    const response = await ask(server.port, `/cgi-bin/${name}.sh`);
    assertEquals([response.status, response.field("location")], [status, location]);
  });
}

test("a local redirect is answered as if its path had been asked for", async () => {
  const response = await ask(server.port, "/cgi-bin/local.sh");
  assertEquals([response.status, response.text, response.field("location")], [200, "fine", undefined]);
  assertEquals(response.field("content-type"), "text/plain; charset=utf-8");
});

test("a local redirect asks with GET and without the body, and HEAD stays HEAD", async () => {
  const fields = { "Content-Type": "text/x" };
  const posted = await ask(server.port, "/cgi-bin/to-script.sh", { method: "POST", body: "abc", fields });
  assertEquals(posted.text, "GET /info q=1 none none\n");
  const head = await ask(server.port, "/cgi-bin/to-script.sh", { method: "HEAD" });
  assertEquals([head.status, head.text], [200, ""]);
});

test("five local redirects are followed, more are taken for a circle", async () => {
  assertEquals(await get(server.port, "/cgi-bin/chain.sh"), "200 fine");
  assertEquals((await ask(server.port, "/cgi-bin/chain.sh?0")).status, 502);
  assertEquals((await ask(server.port, "/cgi-bin/loop.sh")).status, 502);
  await assertLogged(server, "more than 5 local redirects");
  await assertLives(server, "/cgi-bin/document.sh");
});

test("a local redirect to where nothing is gets the 404 of that path", async () => {
  assertEquals((await ask(server.port, "/cgi-bin/to-nowhere.sh")).status, 404);
});

test("an index file that is a script runs, and its source is never sent", async () => {
  assertEquals(await get(server.port, "/cgi-bin/app/"), "200 index of /cgi-bin/app/index.sh\n");
  assertEquals((await ask(server.port, "/cgi-bin/app")).field("location"), "/cgi-bin/app/");
});

test("answers to pipelined requests come in order, however long each program takes", async () => {
  using client = await WireClient.connect(server.port);
  await client.get("/cgi-bin/exact.sh");
  await client.get("/ok.txt");
  await client.get("/cgi-bin/show.sh/a");
  await client.get("/cgi-bin/status.sh");
  const texts = [];
  for (let i = 0; i < 4; i++) texts.push((await client.response())?.text);
  assertEquals(texts, ["Hello", "fine", "GET /a  none none\n", "nothing"]);
});
