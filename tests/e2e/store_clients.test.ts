/**
 * The programs that people upload with: curl and wget, and HTTP/1.0.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { ask } from "../support/ask.ts";
import { hasProgram, runClient } from "../support/demo.ts";
import { startServer } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import { filesIn, head, postForm, put, STORE_CONFIG, STORE_FILES, storeOf } from "./store_support.ts";
import { sha256, sharedServer } from "./wire_support.ts";

/** Every byte value, and no pattern that a lost piece could hide in. */
function picture(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = 0, state = seed; i < length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

const PICTURES = {
  "my/p1.png": picture(3_000_000, 1),
  "my/p 2.jpg": picture(70_001, 2),
  "my/p3": picture(0, 3),
};
const server = await sharedServer({ config: STORE_CONFIG, files: { ...STORE_FILES, ...PICTURES } });
const store = storeOf(server);
const mine = join(server.folder, "my");

const curl = hasProgram("curl"), wget = hasProgram("wget");
const without = (program: string, there: boolean) => there ? "" : ` (ignored: ${program} is not installed)`;

async function listed(port: number, target: string): Promise<{ name: string; size: number }[]> {
  const response = await ask(port, target, { fields: { Accept: "application/json" } });
  return (JSON.parse(response.text) as { name: string; size: number }[]).map(({ name, size }) => ({
    name,
    size,
  }));
}

async function assertStored(target: string, content: Uint8Array): Promise<void> {
  const response = await ask(server.port, target);
  assertEquals([response.status, response.body.length], [200, content.length]);
  assertEquals(sha256(response.body), sha256(content));
}

Deno.test({
  name: `curl -T stores a file, which is listed and comes back the same${without("curl", curl)}`,
  ignore: !curl,
  fn: async () => {
    Deno.mkdirSync(join(store, "t/deep"), { recursive: true });
    for (const [name, content] of Object.entries(PICTURES)) {
      const file = join(server.folder, name);
      const args = ["-sS", "-T", file, "-w", "%{http_code} ", `${server.url}/files/t/deep/`];
      // Twice: the second replaces the first.
      const { code, stdout, stderr } = await runClient("curl", [...args, ...args]);
      assertEquals([code, stdout, stderr], [0, "201 204 ", ""]);
      await assertStored(`/files/t/deep/${encodeURIComponent(name.slice(3))}`, content);
    }
    assertEquals(await listed(server.port, "/files/t/deep/"), [
      { name: "p 2.jpg", size: 70_001 },
      { name: "p1.png", size: 3_000_000 },
      { name: "p3", size: 0 },
    ]);
  },
});

Deno.test({
  name: `curl -T from standard input is chunked, and is stored the same${without("curl", curl)}`,
  ignore: !curl,
  fn: async () => {
    const { code, stdout } = await runClient("sh", [
      "-c",
      'cat "$1" | curl -sS -w "%{http_code}" -T - "$2"',
      "sh",
      join(mine, "p1.png"),
      `${server.url}/files/chunked.png`,
    ]);
    assertEquals([code, stdout], [0, "201"]);
    await assertStored("/files/chunked.png", PICTURES["my/p1.png"]);
  },
});

Deno.test({
  name: `curl -F stores one file and several, chunked too${without("curl", curl)}`,
  ignore: !curl,
  fn: async () => {
    Deno.mkdirSync(join(store, "form"));
    const url = `${server.url}/files/form/`;
    const one = await runClient("curl", ["-sSi", "-F", `a=@${mine}/p1.png;filename=alone.png`, url]);
    assertMatch(
      one.stdout,
      /(?:^|\r\n)HTTP\/1\.1 201 Created\r\n[^]*\r\nLocation: \/files\/form\/alone\.png\r\n/,
    );
    await assertStored("/files/form/alone.png", PICTURES["my/p1.png"]);
    const several = [
      ...["-sS", "-F", "text=a plain field", "-F", `a=@${mine}/p1.png`, "-F", `b=@${mine}/p 2.jpg`],
      ...["-F", `b=@${mine}/p3`],
    ];
    const { stdout } = await runClient("curl", [...several, url]);
    assertEquals((JSON.parse(stdout) as { name: string }[]).map(({ name }) => name), [
      "p1.png",
      "p 2.jpg",
      "p3",
    ]);
    await assertStored("/files/form/p1.png", PICTURES["my/p1.png"]);
    await assertStored("/files/form/p%202.jpg", PICTURES["my/p 2.jpg"]);
    const again = await runClient("curl", [...several, "-o", "/dev/null", "-w", "%{http_code}", url]);
    assertEquals(again.stdout, "409");
    assertEquals(filesIn(join(store, "form")), ["alone.png", "p 2.jpg", "p1.png", "p3"]);
    const chunked = await runClient("curl", [
      ...several,
      ...["-H", "Transfer-Encoding: chunked", "-o", "/dev/null", "-w", "%{http_code} %{num_connects} "],
      ...[
        `${server.url}/over/`,
        "--next",
        "-sS",
        "-o",
        "/dev/null",
        "-w",
        "%{num_connects}",
        `${server.url}/ok.txt`,
      ],
    ]);
    // The connection is used again.
    assertEquals(chunked.stdout, "201 1 0");
    assertEquals(filesIn(join(server.folder, "over")), ["p 2.jpg", "p1.png", "p3"]);
  },
});

Deno.test({
  name: `wget --post-file stores under a new name${without("wget", wget)}`,
  ignore: !wget,
  fn: async () => {
    Deno.mkdirSync(join(store, "wget"));
    const { code, stdout } = await runClient("wget", [
      ...["-q", "-O", "-", `--post-file=${mine}/p1.png`, "--header=Content-Type: image/png"],
      `${server.url}/files/wget/`,
    ]);
    assertEquals(code, 0);
    const [{ name, size }] = JSON.parse(stdout) as [{ name: string; size: number }];
    assertMatch(name, /^upload-[0-9a-f]+\.png$/);
    assertEquals([size, filesIn(join(store, "wget"))], [3_000_000, [name]]);
    await assertStored(`/files/wget/${name}`, PICTURES["my/p1.png"]);
  },
});

Deno.test("HTTP/1.0 stores as well", async () => {
  using client = await WireClient.connect(server.port);
  await client.send("PUT /files/old.txt HTTP/1.0\r\nContent-Length: 3\r\n\r\nold");
  const response = await client.response();
  assertEquals([response?.status, response?.field("location")], [201, "/files/old.txt"]);
  assert(await client.isClosed());
  assertEquals((await ask(server.port, "/files/old.txt")).text, "old");
});

Deno.test("a connection is used again after each kind of upload", async () => {
  using client = await WireClient.connect(server.port);
  const chunks = "5\r\nhello\r\n0\r\nTrailer: dropped\r\n\r\n";
  const requests = [
    [head("PUT", "/files/k1", { "Content-Length": "5" }) + "hello", 201],
    [head("PUT", "/files/k2", { "Transfer-Encoding": "chunked" }) + chunks, 201],
    [head("POST", "/files/", { "Transfer-Encoding": "chunked" }) + chunks, 201],
    [head("PUT", "/files/k3", { "Content-Length": "0" }), 201],
    [head("DELETE", "/files/k3"), 204],
    [head("GET", "/files/k1"), 200],
    [head("GET", "/files/k2"), 200],
  ] as const;
  for (const [request, status] of requests) {
    await client.send(request);
    assertEquals((await client.response())?.status, status);
  }
  // All at once, too.
  await client.send(requests.map(([request]) => request).join(""));
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < requests.length; i++) statuses.push((await client.response())?.status);
  assertEquals(statuses, [204, 204, 201, 201, 204, 200, 200]);
});

Deno.test("--upload stores below the folder that is served, of any size, and only with it", async () => {
  await using open = await startServer({ args: ["--upload"], files: { "sub/a.txt": "a", "ok.txt": "fine" } });
  assertEquals((await put(open, "/sub/b.txt", "b")).status, 201);
  assertEquals((await put(open, "/missing/b.txt", "b")).status, 409);
  assertEquals((await put(open, "/large", new Uint8Array(3_000_000))).status, 201);
  assertEquals((await postForm(open, "/", formBody())).status, 201);
  assertEquals(filesIn(open.folder), ["form.txt", "large", "ok.txt", "sub/a.txt", "sub/b.txt"]);
  assertEquals((await listed(open.port, "/")).map(({ name }) => name), [
    "sub",
    "form.txt",
    "large",
    "ok.txt",
  ]);
  assertEquals((await ask(open.port, "/sub/a.txt", { method: "DELETE" })).status, 204);
  await using closed = await startServer({ files: { "ok.txt": "fine" } });
  assertEquals((await put(closed, "/b.txt", "b")).status, 405);
  assertEquals((await postForm(closed, "/", formBody())).status, 405);
  assertEquals((await ask(closed.port, "/ok.txt", { method: "DELETE" })).status, 405);
  assertEquals(filesIn(closed.folder), ["ok.txt"]);
});

function formBody(): string {
  return "------boundary\r\n" +
    'Content-Disposition: form-data; name="f"; filename="form.txt"\r\n\r\nform\r\n------boundary--\r\n';
}
