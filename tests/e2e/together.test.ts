/**
 * Many requests at one time: those that are received together may share a look at a file, and all connections get
 * their turn.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { http1Test, test } from "../support/protocols.ts";
import { WireClient } from "../support/wire.ts";
import { sharedServer } from "./wire_support.ts";

const server = await sharedServer({
  config: `access_log: off
servers:
  - listen: LISTEN
    root: files
    locations: { "/store/": { allowed_methods: [GET, PUT, DELETE], upload_store: files/store } }
`,
  files: { "files/ok.txt": "fine", "files/store": null },
});

test("a change is seen by whoever asks after it, however many others ask at the same time", async () => {
  const path = `${server.folder}/files/busy.txt`;
  Deno.writeTextFileSync(path, "version 0");
  let busy = true;
  const others = Array.from({ length: 30 }, async () => {
    using client = await WireClient.connect(server.port);
    while (busy) {
      await client.get("/busy.txt");
      assertEquals((await client.response())?.status, 200);
    }
  });
  const clients = await Promise.all(Array.from({ length: 5 }, () => WireClient.connect(server.port)));
  for (let version = 1; version <= 100; version++) {
    Deno.writeTextFileSync(`${path}.new`, `version ${version}`);
    Deno.renameSync(`${path}.new`, path);
    const seen = await Promise.all(clients.map(async (client) => {
      await client.get("/busy.txt");
      return (await client.response())?.text;
    }));
    assertEquals(seen, clients.map(() => `version ${version}`));
  }
  busy = false;
  await Promise.all(others);
  for (const client of clients) client[Symbol.dispose]();
});

http1Test(
  "order",
  "a file that was stored or removed is seen by the next request of the same write",
  async () => {
    using client = await WireClient.connect(server.port);
    const ask = (line: string) => `${line} HTTP/1.1\r\nHost: localhost\r\n`;
    const look = `${ask("GET /store/new.txt")}\r\n`;
    const put = (text: string) => `${ask("PUT /store/new.txt")}Content-Length: ${text.length}\r\n\r\n${text}`;
    for (let round = 0; round < 20; round++) {
      await client.send(
        look + put("first") + look + put("second!") + look + `${ask("DELETE /store/new.txt")}\r\n` + look,
      );
      const answers = [];
      for (let i = 0; i < 7; i++) {
        const response = await client.response();
        answers.push(response?.status === 200 ? response.text : response?.status);
      }
      assertEquals(answers, [404, 201, "first", 204, "second!", 204, 404]);
    }
  },
);

/** Each of many connections asks again as soon as it has its answer; says how often the least and the most lucky did. */
const CLIENT = `
import selectors, socket, sys, time
ask = b"GET /ok.txt HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n"
connections = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(int(sys.argv[2]))]
selector = selectors.DefaultSelector()
counts = [0] * len(connections)
for index, connection in enumerate(connections):
    connection.setblocking(False)
    selector.register(connection, selectors.EVENT_READ, index)
    connection.send(ask)
end = time.monotonic() + float(sys.argv[3])
while time.monotonic() < end:
    for key, _ in selector.select(0.1):
        if not key.fileobj.recv(65536):
            sys.exit("a connection was closed")
        counts[key.data] += 1
        key.fileobj.send(ask)
print(min(counts), max(counts))
`;

test("of hundreds of busy connections none waits for the others", async () => {
  const { success, stdout, stderr } = await new Deno.Command("python3", {
    args: ["-c", CLIENT, String(server.port), "300", "1"],
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const [least, most] = new TextDecoder().decode(stdout).split(" ").map(Number);
  assert(least! * 4 >= most!, `the least lucky got ${least} answers, the most lucky ${most}`);
});
