/**
 * Refusals of bodies that clients send whole before they read (RFC 9112 section 9.6): the status arrives, whatever the
 * client is.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { hasProgram, runClient } from "../support/demo.ts";
import { startServer } from "../support/server.ts";
import { makeLargeFile, OK_FILE, sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
error_log: off
servers:
  - listen: LISTEN
    root: .
    client_max_body_size: 0
    locations:
      /small/: { upload_store: store, client_max_body_size: 1M }
      /files/: { upload_store: store }
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
      /old: { return: 301 /new, allowed_methods: [POST] }
`,
  files: {
    ...OK_FILE,
    "store/there.txt": "x",
    "cgi/deaf.sh": "exit 1",
    "cgi/done.sh": "echo Status: 402; echo",
  },
});
makeLargeFile(`${server.folder}/body.bin`, 8 * 1024 * 1024);

/** Each kind of refusal: its status, method, target and fields. */
const KINDS: readonly (readonly [number, string, string, Readonly<Record<string, string>>])[] = [
  [413, "PUT", "/small/new.bin", {}],
  [413, "POST", "/small/", {}],
  [405, "POST", "/ok.txt", {}],
  [405, "PUT", "/ok.txt", {}],
  [409, "PUT", "/files/missing/new.bin", {}],
  [412, "PUT", "/files/new.bin", { "If-Match": '"another"' }],
  [412, "PUT", "/files/there.txt", { "If-None-Match": "*" }],
  [403, "PUT", "/files/new.bin", { "Origin": "http://other.example" }],
  [404, "POST", "/cgi/missing.sh", {}],
  [400, "PUT", "/files/%00", {}],
  [400, "PUT", "/files/new.bin", { "Content-Range": "bytes 0-1/2" }],
  [400, "POST", "/ok.txt", { "Bad Name": "x" }],
  [501, "FETCH", "/ok.txt", {}],
  [501, "POST", "/ok.txt", { "Transfer-Encoding": "gzip" }],
  [405, "POST", "/ok.txt", { "Transfer-Encoding": "chunked" }],
  [413, "PUT", "/small/new.bin", { "Transfer-Encoding": "chunked" }],
  [417, "GET", "/ok.txt", { "Expect": "the best" }],
  [421, "POST", "/ok.txt", { "Host": "other.example" }],
  [431, "POST", "/ok.txt", { "X-Long": "x".repeat(40_000) }],
  [414, "POST", `/${"x".repeat(10_000)}`, {}],
  [301, "POST", "/old", {}],
  [200, "GET", "/ok.txt", {}],
  [502, "POST", "/cgi/deaf.sh", {}],
  [402, "POST", "/cgi/done.sh", {}],
];

/** Asks for each kind with a body of so many bytes; prints the statuses. */
const PYTHON = `
import http.client, json, sys
port, size, kinds = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
body = b"x" * size
for _, method, target, fields in kinds:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.putrequest(method, target, skip_host="Host" in fields)
        for name, value in fields.items(): connection.putheader(name, value)
        if "Transfer-Encoding" not in fields: connection.putheader("Content-Length", str(size))
        if fields.get("Transfer-Encoding") == "chunked":
            connection.endheaders((body[at:at + 65536] for at in range(0, size, 65536)), encode_chunked=True)
        else: connection.endheaders(body)
        answer = connection.getresponse()
        print(answer.status, len(answer.read()) == int(answer.headers.get("Content-Length", 0)))
    except Exception as error: print(repr(error))
    connection.close()
`;

async function pythonGets(port: number, size: number, kinds: typeof KINDS): Promise<string[]> {
  const args = ["-c", PYTHON, String(port), String(size), JSON.stringify(kinds)];
  const { stdout, stderr } = await runClient("python3", args);
  assertEquals(stderr, "");
  return stdout.trim().split("\n");
}

const named = (kinds: typeof KINDS, answers: readonly string[]) =>
  kinds.map(([, method, target, fields], i) =>
    `${method} ${target.slice(0, 30)} ${Object.keys(fields)}: ${answers[i]}`
  );

for (const [size, kinds] of [[8_000_000, KINDS], [100_000_000, KINDS.slice(0, 3)]] as const) {
  Deno.test({
    name: `http.client gets every refusal of ${
      size / 1_000_000
    } MB that it sends before it reads (needs python3)`,
    ignore: !hasProgram("python3"),
    async fn() {
      const expected = kinds.map(([status]) => `${status} True`);
      assertEquals(named(kinds, await pythonGets(server.port, size, kinds)), named(kinds, expected));
    },
  });
}

Deno.test({
  name: "http.client gets the 503 of a server that has too many connections (needs python3)",
  ignore: !hasProgram("python3"),
  async fn() {
    await using full = await startServer({
      config: "access_log: off\nlimits: { connections: 1 }\nservers: [{ listen: LISTEN, root: . }]\n",
      files: OK_FILE,
    });
    using _first = await Deno.connect({ hostname: "127.0.0.1", port: full.port });
    assertEquals(await pythonGets(full.port, 8_000_000, [[503, "POST", "/ok.txt", {}]]), ["503 True"]);
  },
});

/** The statuses that a client says it got, for the kinds that need no more than a method and a target. */
const PLAIN = KINDS.filter(([status, , , fields]) => Object.keys(fields).length === 0 && status !== 400);
const NODE = `
const [port, file, kinds] = [process.argv[1], process.argv[2], JSON.parse(process.argv[3])];
const http = require("node:http"), body = require("node:fs").readFileSync(file);
(async () => {
  for (const [, method, path] of kinds) {
    await new Promise((resolve) => {
      const request = http.request({ port, method, path, headers: { "Content-Length": body.length } }, (answer) => {
        answer.resume();
        answer.on("end", () => { console.log(answer.statusCode); resolve(); });
      });
      request.on("error", (error) => { console.log(error.message); resolve(); });
      request.end(body);
    });
  }
})();
`;

const CLIENTS: Readonly<Record<string, (method: string, url: string, file: string) => string[]>> = {
  curl: (method, url, file) => [
    ...["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", "Expect:", "-X", method],
    ...["--data-binary", `@${file}`, url],
  ],
  wget: (method, url, file) => [
    ...["-q", "-S", "-O", "/dev/null", "--tries=1", "--max-redirect=0", `--method=${method}`],
    ...[`--body-file=${file}`, url],
  ],
};

for (const [name, argumentsOf] of Object.entries(CLIENTS)) {
  Deno.test({
    name: `${name} gets every refusal of 8 MB (needs ${name})`,
    ignore: !hasProgram(name),
    async fn() {
      const got: string[] = [];
      for (const [, method, target] of PLAIN) {
        const url = `http://127.0.0.1:${server.port}${target}`;
        const { stdout, stderr } = await runClient(
          name,
          argumentsOf(method, url, `${server.folder}/body.bin`),
        );
        got.push(/HTTP\/1\.1 (\d+)/.exec(stderr)?.[1] ?? stdout + stderr);
      }
      assertEquals(named(PLAIN, got), named(PLAIN, PLAIN.map(([status]) => String(status))));
    },
  });
}

Deno.test({
  name: "Node gets every refusal of 8 MB (needs node)",
  ignore: !hasProgram("node"),
  async fn() {
    const args = ["-e", NODE, String(server.port), `${server.folder}/body.bin`, JSON.stringify(PLAIN)];
    const { stdout } = await runClient("node", args);
    const expected = PLAIN.map(([status]) => String(status));
    assertEquals(named(PLAIN, stdout.trim().split("\n")), named(PLAIN, expected));
  },
});
