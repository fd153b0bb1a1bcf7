import { assert, assertEquals, assertMatch } from "@std/assert";
import { gzipSync } from "node:zlib";
import type { RequestRecord } from "../../lib/inspector/record.ts";
import { byProtocol, http1Test, test } from "../support/protocols.ts";
import { waitUntil } from "../support/wait.ts";
import { exchange, WireClient } from "../support/wire.ts";
import { inspect } from "./records_support.ts";

const PROGRAM = `#!/bin/sh
echo "it says" >&2
echo "two lines" >&2
printf 'Content-Type: text/plain\\nX-From: program\\n\\n'
cat
`;

const SERVERS = `  - listen: "127.0.0.1:0"
    server_name: [localhost, other.localhost]
    root: .
    client_max_body_size: 10M
    locations:
      /files/: { alias: files, autoindex: on }
      /cgi/: { alias: programs, cgi: { .sh: sh } }
      = /old: { return: 301 /new }
      /store/: { upload_store: store }
      /app/: { alias: files, try_files: [$uri, /cgi/app.sh] }
`;

const FILES = {
  "files/a.txt": "the content",
  "files/a.bin": Uint8Array.from({ length: 200_000 }, (_, index) => index),
  "files/words.txt": "the same words again and again, ".repeat(400),
  "programs/app.sh": PROGRAM,
  "programs/silent.sh": "sleep 60",
  "programs/broken.sh": "echo wrong >&2",
};

const header = ({ headers }: RequestRecord["request"], name: string) =>
  headers.filter((one) => one.name.toLowerCase() === name).map(({ value }) => value).join("|");

const post = (target: string, body: string, fields = "") =>
  `POST ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

const get = (target: string, fields = "") => `GET ${target} HTTP/1.1\r\nHost: localhost:81\r\n${fields}\r\n`;

test("a request is taken down whole: what was asked, what was answered, and how", async () => {
  await using inspected = await inspect(SERVERS, FILES);
  const { port, folder } = inspected;
  const cases: readonly {
    readonly send: string;
    readonly is: Partial<Omit<RequestRecord, "request" | "response">>;
    readonly request?: Partial<RequestRecord["request"]>;
    readonly response?: Partial<RequestRecord["response"]>;
  }[] = [
    {
      send: get("/files/a.txt?x=1&y", "X-Mine: yes\r\n"),
      is: {
        method: "GET",
        url: "http://localhost:81/files/a.txt?x=1&y",
        status: 200,
        location: "/files/",
        server: "localhost",
        answered_by: { kind: "file", path: `${folder}/files/a.txt` },
        why: null,
      },
      request: { body: "", size: 0, truncated: false },
      response: { body: "the content", size: 11, truncated: false, reason: "OK" },
    },
    {
      send: `HEAD /files/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      is: { method: "HEAD", status: 200 },
      response: { body: "", size: 0, truncated: false },
    },
    {
      send: get("/files/"),
      is: { status: 200, answered_by: { kind: "listing", path: `${folder}/files` } },
    },
    {
      send: get("/old"),
      is: { status: 301, location: "= /old", answered_by: { kind: "return" } },
      response: { reason: "Moved Permanently", body: "" },
    },
    {
      send: post("/cgi/app.sh/info?q", "some words", "Content-Type: text/plain\r\n"),
      is: {
        status: 200,
        location: "/cgi/",
        stderr: ["it says", "two lines"],
        answered_by: {
          kind: "program",
          path: `${folder}/programs/app.sh`,
          command: ["sh", `${folder}/programs/app.sh`],
        },
      },
      request: { body: "some words", size: 10, truncated: false },
      response: { body: "some words", size: 10, truncated: false },
    },
    {
      send: get("/app/not/there"),
      is: { status: 200, location: "/cgi/", redirects: ["/cgi/app.sh"] },
    },
    {
      send: get("/cgi/broken.sh"),
      is: { status: 502, stderr: ["wrong"] },
    },
    {
      send: `PUT /store/new.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nwhat`,
      is: {
        status: 201,
        location: "/store/",
        answered_by: { kind: "store", path: `${folder}/store/new.txt` },
      },
    },
    {
      send: get("/files/missing"),
      is: { status: 404, location: "/files/" },
      response: { reason: "Not Found" },
    },
    {
      send: `BREW /files/a.txt HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      is: { status: 501, method: "BREW", answered_by: { kind: "server" } },
    },
    {
      send: `GET /files/a.txt HTTP/1.1\r\nHost: evil.example\r\n\r\n`,
      is: { status: 421, server: "", location: "", line: null },
    },
    {
      send: get("/files/../../x"),
      is: { status: 404 },
    },
  ];
  for (const { send, is, request = {}, response = {} } of cases) {
    const answer = await exchange(port, send, send.split(" ", 1)[0]);
    const record = (await inspected.records()).at(-1)!;
    const picked = (whole: object, part: object) =>
      Object.fromEntries(Object.keys(part).map((key) => [key, (whole as Record<string, unknown>)[key]]));
    assertEquals(picked(record, is), { ...is }, send);
    assertEquals(picked(record.request, request), { ...request }, send);
    assertEquals(picked(record.response, response), { ...response }, send);
    assertEquals(record.protocol, byProtocol("HTTP/1.1", "HTTP/2.0"));
    assertEquals(record.status, answer!.status);
    assert(record.duration_ms >= 0 && record.phases.wait >= 0 && record.phases.send >= 0, send);
    // The head is that which was sent.
    const shown = record.response.headers.map(({ name, value }) => `${name}: ${value}`).sort();
    const sent = answer!.fields.map(([name, value]) => `${name}: ${value}`)
      .filter((line) => !/^connection:/i.test(line)).sort();
    assertEquals(shown.map(withoutSeconds), sent.map(withoutSeconds), send);
  }
  assertEquals(header((await inspected.records())[0]!.request, "x-mine"), "yes");
});

/** Written a moment later. */
const withoutSeconds = (line: string) => line.replace(/^(date: .*:)\d\d GMT$/i, "$1");

test("ids rise, lists go on where another ended, and the line of the configuration is told", async () => {
  await using inspected = await inspect(SERVERS, FILES);
  for (const target of ["/files/a.txt", "/old", "/nothing"]) await exchange(inspected.port, get(target));
  const all = await inspected.summaries();
  assertEquals(all.map(({ id, status }) => [id, status]), [[1, 200], [2, 301], [3, 404]]);
  assertEquals((await inspected.summaries(2)).map(({ id }) => id), [3]);
  assertEquals(await inspected.summaries(3), []);
  assertEquals(all.map(({ line }) => line), [12, 14, 7], "the location's, or that of the server");
  const found = await inspected.supervisor.records({ what: "records", since: 1, id: 2, most: 1e6 });
  assertEquals(found.map(({ upTo }) => upTo), [3]);
  const ages = all.map(({ time }) => Date.now() - Date.parse(time));
  assert(ages.every((age) => age > -1000 && age < 60_000), `${ages}`);
});

test("of large contents the first 64 KiB are kept, coded ones are shown decoded", async () => {
  await using inspected = await inspect(SERVERS, FILES);
  const { port } = inspected;
  await exchange(port, get("/files/a.bin"));
  const large = await inspected.recordOf("/a.bin");
  assertEquals([large.response.size, large.response.truncated, large.response.encoding], [
    200_000,
    true,
    "base64",
  ]);
  assertEquals(Uint8Array.fromBase64(large.response.body), FILES["files/a.bin"].subarray(0, 65536));
  const body = "x".repeat(100_000) + "end";
  await exchange(port, post("/cgi/app.sh", body));
  const posted = await inspected.recordOf("/cgi/app.sh");
  assertEquals([posted.request.size, posted.request.truncated, posted.request.body.length], [
    100_003,
    true,
    65536,
  ]);
  assertEquals([posted.response.size, posted.response.body.length], [100_003, 65536]);
  await exchange(port, get("/files/words.txt", "Accept-Encoding: gzip\r\n"));
  const coded = await inspected.recordOf("/words.txt");
  assertEquals(header(coded.response, "content-encoding"), "gzip");
  assertEquals([coded.response.body, coded.response.truncated], [FILES["files/words.txt"], false]);
  assert(coded.response.size < 1000);
  const zipped = Array.from(gzipSync("asked with this"), (byte) => String.fromCharCode(byte)).join("");
  await exchange(port, post("/cgi/app.sh?zipped", zipped, "Content-Encoding: gzip\r\n"));
  assertEquals((await inspected.recordOf("?zipped")).request.body, "asked with this");
  // Nobody has read it.
  await exchange(port, post("/files/a.txt?unread", "12345"));
  const unread = await inspected.recordOf("?unread");
  assertEquals([unread.status, unread.request.body, unread.request.truncated], [405, "", true]);
});

test("what is no request is taken down as it is logged, and counted", async () => {
  await using inspected = await inspect(SERVERS, FILES);
  const { port } = inspected;
  const long = get("/" + "x".repeat(9000));
  // Over HTTP/2 a head that breaks the grammar has no answer.
  const malformed = byProtocol(get("/files/a.txt", "X: \x01\r\n"), long);
  for (const one of [get("/files/a.txt"), malformed, get("/old"), long]) await exchange(port, one);
  const lines = (await inspected.logged(4)).map((line) =>
    JSON.parse(line) as { status: number; bytes: number }
  );
  const first = byProtocol(400, 414);
  assertEquals(lines.map(({ status }) => status), [200, first, 301, 414]);
  const records = await inspected.records();
  assertEquals(
    records.map(({ status, response }) => [status, response.size]),
    lines.map(({ status, bytes }) => [status, bytes]),
  );
  assertEquals([records[1]!.method, records[1]!.url, records[1]!.server], ["", "", ""]);
  assertMatch(records[1]!.response.body, new RegExp(`^${first} `));
  const { series } = inspected.sums();
  assertEquals(
    series.map(({ server, location, class: name, requests }) => [server, location, name, requests]),
    [["", "", "4xx", 2], ["localhost", "/files/", "2xx", 1], ["localhost", "= /old", "3xx", 1]],
  );
  assertEquals(
    series.reduce((sum, { bytes }) => sum + bytes, 0),
    lines.reduce((sum, { bytes }) => sum + bytes, 0),
  );
});

test("who leaves before there is an answer has no status, and no line in the log", async () => {
  await using inspected = await inspect(SERVERS, FILES);
  const client = await WireClient.connect(inspected.port);
  await client.send(post("/cgi/silent.sh?left", "words"));
  await waitUntil(() => inspected.sums().programs === 1, "the program runs");
  client[Symbol.dispose]();
  const left = await inspected.recordOf("?left");
  assertEquals([left.status, left.location, left.request.body], [0, "/cgi/", "words"]);
  assertEquals([left.response.reason, left.response.headers, left.answered_by?.kind], ["", [], "program"]);
  await exchange(inspected.port, get("/old"));
  assertEquals((await inspected.logged(1)).map((line) => JSON.parse(line).status), [301]);
  await waitUntil(() => inspected.sums().programs === 0, "the program is gone");
  assertEquals(inspected.sums().series.map(({ location }) => location), ["= /old"]);
});

Deno.test("workers count together, and what is counted outlives them", async () => {
  await using inspected = await inspect(SERVERS, FILES, "workers: 2\nsandbox: off");
  const { port, supervisor } = inspected;
  assertEquals(inspected.sums().workers, 2);
  for (let i = 0; i < 40; i++) await exchange(port, get(`/files/a.txt?${i}`));
  const records = await inspected.records();
  assertEquals(records.map(({ id }) => id), Array.from({ length: 40 }, (_, index) => index + 1));
  assertEquals(new Set(records.map(({ worker }) => worker)), new Set([1, 2]));
  const requests = () => inspected.sums().series.reduce((sum, one) => sum + one.requests, 0);
  assertEquals([requests(), inspected.sums().accepted], [40, 40]);
  // Goes over in place: the same rows, and one more.
  const changed = structuredClone(supervisor.config);
  const [server] = changed.servers;
  const old = server!.locations.find(({ key }) => key === "= /old")!;
  await supervisor.reload({
    ...changed,
    servers: [{ ...server!, locations: [...server!.locations, { ...old, key: "= /more", path: "/more" }] }],
  });
  await exchange(port, get("/more"));
  const more = inspected.sums().series.find(({ location }) => location === "= /more")!;
  assertEquals([more.requests, requests(), (await inspected.recordOf("/more")).location], [1, 41, "= /more"]);
  // New workers: more of them.
  await supervisor.reload({ ...supervisor.config, workers: 3 });
  await waitUntil(() => inspected.sums().workers === 3, "the old ones are gone");
  await exchange(port, get("/old"));
  assertEquals(requests(), 42);
  assertEquals(supervisor.metrics!.threads.length, 5, "as many as have served at one time");
  await supervisor.reload({ ...supervisor.config, workers: 2 });
  await waitUntil(() => inspected.sums().workers === 2, "the old ones are gone");
  assertEquals([requests(), supervisor.metrics!.threads.length], [42, 5]);
});

test("what was slow or broken on purpose is marked", async () => {
  const slow = `  - listen: "127.0.0.1:0"
    root: files
    locations:
      /cut/: { root: files, fail: { cut: 1k, rate: 100% } }
      /refused/: { root: files, delay: 1ms, fail: { status: 503, rate: 100% } }
`;
  await using inspected = await inspect(slow, {
    "files/cut/a.txt": "x".repeat(5000),
    "files/refused/a.txt": "x",
  });
  await exchange(inspected.port, get("/cut/a.txt")).catch(() => {});
  const cut = await inspected.recordOf("/cut/a.txt");
  assertEquals([cut.status, cut.weather.length > 0, cut.response.size], [200, true, 1024]);
  assertEquals([cut.response.body.length, cut.response.truncated], [1024, true]);
  assertEquals((await exchange(inspected.port, get("/refused/a.txt")))!.status, 503);
  const refused = await inspected.recordOf("/refused/a.txt");
  assertEquals([refused.status, refused.location], [503, "/refused/"]);
  assertEquals(refused.weather.length, 2, `${refused.weather}`);
});

http1Test(
  "version",
  "HTTP/1.0 is told as such, and a program that writes its own head has none",
  async () => {
    await using inspected = await inspect(SERVERS, {
      ...FILES,
      "programs/nph-own.sh": "printf 'HTTP/1.1 299 Mine\\r\\nX: y\\r\\n\\r\\nraw'",
    });
    await exchange(inspected.port, "GET /files/a.txt HTTP/1.0\r\n\r\n");
    const old = await inspected.recordOf("/files/a.txt");
    assertEquals([old.protocol, old.url], ["HTTP/1.0", `http://127.0.0.1:${inspected.port}/files/a.txt`]);
    await exchange(inspected.port, get("/cgi/nph-own.sh"));
    const raw = await inspected.recordOf("/nph-own.sh");
    assertEquals([raw.response.headers, raw.response.truncated], [[], false]);
    assertMatch(raw.response.body, /^HTTP\/1\.1 299 Mine\r\nX: y\r\n\r\nraw$/);
  },
);

http1Test("halves", "a tunnel is taken down when it is over, with what went to the client", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const served = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4096));
    const encoder = new TextEncoder();
    await connection.write(
      encoder.encode("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n12345"),
    );
    await connection.read(new Uint8Array(10));
  })();
  const { port } = listener.addr as Deno.NetAddr;
  const servers =
    `  - listen: "127.0.0.1:0"\n    locations: { /: { proxy_pass: "http://127.0.0.1:${port}" } }\n`;
  await using inspected = await inspect(servers, {});
  const client = await WireClient.connect(inspected.port);
  await client.send(get("/tunnel", "Connection: Upgrade\r\nUpgrade: echo\r\n"));
  assertEquals((await client.response())!.status, 101);
  assertEquals(await inspected.summaries(), []);
  await client.send("bye");
  await served;
  client[Symbol.dispose]();
  const record = await inspected.recordOf("/tunnel");
  assertEquals([record.status, record.response.size], [101, 5]);
  assertEquals(record.answered_by, { kind: "proxy", upstream: `http://127.0.0.1:${port}/tunnel` });
  assertEquals((await inspected.logged(1)).map((line) => JSON.parse(line).bytes), [5]);
});
