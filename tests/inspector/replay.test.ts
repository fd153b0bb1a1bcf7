import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { HttpError } from "../../lib/http/errors.ts";
import { endpointOf } from "../../lib/http/endpoint.ts";
import { endpointFor, Replays } from "../../lib/inspector/replay.ts";
import { parseChanges, type ReplayChanges, replayRequest } from "../../lib/inspector/replay_request.ts";
import { maskRecord } from "../../lib/inspector/masking.ts";
import type { RequestRecord } from "../../lib/inspector/record.ts";
import { clock } from "../../lib/runtime/clock.ts";
import { systemDialer } from "../../lib/runtime/dial.ts";
import { FakeRecords, recordOf } from "../support/inspector.ts";

const POST: RequestRecord = recordOf({
  id: 4,
  method: "POST",
  url: "http://shop.localhost:8080/form?a=1&token=S3CRET&b=%20",
  request: {
    headers: [
      { name: "Host", value: "shop.localhost:8080" },
      { name: "Authorization", value: "Basic S3CRET" },
      { name: "Cookie", value: "sid=S3CRET; t=1" },
      { name: "Content-Type", value: "application/x-www-form-urlencoded" },
      { name: "Content-Length", value: "22" },
      { name: "Connection", value: "keep-alive, x" },
      { name: "Transfer-Encoding", value: "chunked" },
      { name: "Expect", value: "100-continue" },
      { name: "X-Same", value: "1" },
      { name: "X-Same", value: "2" },
    ],
    body: "user=ann&password=S3CRET",
    truncated: false,
    size: 24,
  },
});

const sent = (changes: ReplayChanges, record = POST) => {
  const { method, target, fields, body } = replayRequest(record, changes);
  return { method, target, fields: [...fields], body: new TextDecoder().decode(body) };
};

const FIELDS = [
  ["Host", "shop.localhost:8080"],
  ["Authorization", "Basic S3CRET"],
  ["Cookie", "sid=S3CRET; t=1"],
  ["Content-Type", "application/x-www-form-urlencoded"],
  ["X-Same", "1"],
  ["X-Same", "2"],
];

Deno.test("without changes it is sent as it was, but for what belongs to its connection", () => {
  assertEquals(sent({}), {
    method: "POST",
    target: "/form?a=1&token=S3CRET&b=%20",
    fields: FIELDS as [string, string][],
    body: "user=ann&password=S3CRET",
  });
});

Deno.test("what is changed and shows a mask where a secret was gets the secret", () => {
  const shown = maskRecord(POST);
  const all = {
    url: shown.url,
    headers: shown.request.headers,
    body: shown.request.body,
    method: shown.method,
  };
  assertEquals(sent(all), sent({}));
  assertEquals(sent({ url: "/other?token=***&c=***" }).target, "/other?token=S3CRET&c=***");
  const headers = [{ name: "cookie", value: "sid=***; t=***" }, {
    name: "authorization",
    value: "Basic new",
  }];
  assertEquals(sent({ headers }).fields, [
    ["Host", "shop.localhost:8080"],
    ["Cookie", "sid=S3CRET; t=1"],
    ["authorization", "Basic new"],
  ]);
});

Deno.test("each part may be another", () => {
  assertEquals(sent({ method: "PUT" }).method, "PUT");
  assertEquals(sent({ url: "/x?y#z" }).target, "/x?y");
  assertEquals(sent({ url: "http://shop.localhost:8080/x" }).target, "/x");
  assertEquals(sent({ body: "ä" }).body, "ä");
  assertEquals([...replayRequest(POST, { body: "AP8=", encoding: "base64" }).body], [0, 255]);
  assertEquals(sent({ body: "" }).body, "");
  assertEquals(sent({ headers: [] }).fields, [["Host", "shop.localhost:8080"]]);
  assertEquals(sent({ headers: [{ name: "Host", value: "other" }] }).fields, [["Host", "other"]]);
  assertEquals(parseChanges('{"headers": {"A": "b"}}').headers, [{ name: "A", value: "b" }]);
  assertEquals(parseChanges(" "), {});
});

Deno.test("what cannot be sent again says why, with 409; a body that was cut may be given", () => {
  const conflict = (record: RequestRecord, changes: ReplayChanges = {}) => {
    const error = assertThrows(() => replayRequest(record, changes), HttpError);
    assertEquals(error.status, 409);
    return error.advice!;
  };
  const cut = { ...POST, request: { ...POST.request, truncated: true } };
  assert(conflict(cut).includes("64 KiB"));
  assertEquals(sent({ body: "whole" }, cut).body, "whole");
  const upgrade = {
    ...POST,
    request: { ...POST.request, headers: [{ name: "upgrade", value: "websocket" }] },
  };
  assert(conflict(upgrade).includes("Upgrade"));
  assert(conflict(POST, { method: "CONNECT" }).includes("tunnel"));
});

Deno.test("it goes to the address that its URL names, or to one that speaks the same", () => {
  const endpoints = [
    endpointOf("127.0.0.1", 8080),
    { ...endpointOf("127.0.0.1", 8443), tls: true },
    endpointOf("::1", 9090),
  ];
  const port = (url: string) => endpointFor(url, endpoints).port;
  assertEquals(
    [
      "http://a:9090/",
      "http://a:8080/",
      "https://a:8443/x:1",
      "https://proxy.test/",
      "http://proxy.test/",
      "http://a:1/",
      "/",
    ]
      .map(port),
    [9090, 8080, 8443, 8443, 8080, 8080, 8080],
  );
  assertThrows(() => endpointFor("http://a/", []), HttpError);
});

/** A server that answers each connection with a text, and says what it was sent. */
async function withServer(
  answer: string | undefined,
  run: (replays: Replays, received: string[], records: FakeRecords, record: RequestRecord) => Promise<void>,
): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received: string[] = [], records = new FakeRecords();
  const { port } = listener.addr;
  const record = { ...POST, url: `http://shop.localhost:${port}/form?a=1` };
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(65536);
      let text = "";
      while (!text.includes("password=S3CRET")) {
        const count = await connection.read(buffer);
        if (count === null) break;
        text += new TextDecoder().decode(buffer.subarray(0, count));
      }
      received.push(text);
      records.all.push(record);
      records.add({ id: record.id + received.length, method: "POST", url: `${record.url}`, status: 201 });
      if (answer !== undefined) await connection.write(new TextEncoder().encode(answer));
      connection.close();
    }
  })();
  const endpoints = () => [endpointOf("127.0.0.1", port)];
  const replays = new Replays({ records, dialer: systemDialer, clock, endpoints });
  try {
    await run(replays, received, records, record);
  } finally {
    listener.close();
    await serving;
  }
}

Deno.test("it is sent once, with its bytes and a length, and the answer is told with the id of its record", async () => {
  await withServer(
    "HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok",
    async (replays, received, _, record) => {
      const { id, status, duration_ms } = await replays.send(record, {});
      assertEquals([id, status], [5, 201]);
      assert(duration_ms >= 0);
      const [head, body] = received[0]!.split("\r\n\r\n");
      assertEquals(head!.split("\r\n").slice(0, 3), [
        "POST /form?a=1 HTTP/1.1",
        "Host: shop.localhost:8080",
        "Authorization: Basic S3CRET",
      ]);
      assert(head!.endsWith("Content-Length: 24"), head);
      assertEquals(body, "user=ann&password=S3CRET");
      assertEquals(received.length, 1);
    },
  );
});

Deno.test("no answer, or none that is HTTP, is 502 and not a wait; an answer that is cut is one all the same", async () => {
  for (const answer of [undefined, "SSH-2.0-x\r\n", "HTTP/1.1 20"]) {
    await withServer(answer, async (replays, _, __, record) => {
      const error = await assertRejects(() => replays.send(record, {}), HttpError);
      assertEquals(error.status, 502);
    });
  }
  await withServer(
    "HTTP/1.1 201 Created\r\nContent-Length: 20\r\n\r\ncut",
    async (replays, _, __, record) => {
      assertEquals((await replays.send(record, {})).status, 201);
    },
  );
  const nobody = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = nobody.addr;
  nobody.close();
  const replays = new Replays({
    records: new FakeRecords(),
    dialer: systemDialer,
    clock,
    endpoints: () => [endpointOf("127.0.0.1", port)],
  });
  assertEquals((await assertRejects(() => replays.send(POST, {}), HttpError)).status, 502);
});
