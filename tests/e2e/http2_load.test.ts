/**
 * Much at once on one connection of HTTP/2: the shares of downloads, and an upload of many small frames.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import { type ClientStream, FRAME, frame, Http2Connection, windowUpdate } from "../support/h2.ts";
import { ALL, ask, CODE, MIB, readToEnd, readUntil } from "./http2_support.ts";
import { makeLargeFile, sharedServer } from "./wire_support.ts";

const SIZE = 1024 * MIB;

const server = await sharedServer({
  config: `access_log: off
servers: [{ listen: LISTEN, root: ., locations: { /files/: { upload_store: store, client_max_body_size: 2G } } }]
`,
  files: { "ok.txt": "fine", store: null },
});
makeLargeFile(`${server.folder}/huge.bin`, SIZE);

Deno.test("100 downloads on one connection get equal shares, whatever window there is", async () => {
  using client = await Http2Connection.connect(server.port, { given: { stream: ALL, connection: 0 } });
  const streams: ClientStream[] = [];
  for (let i = 0; i < 100; i++) streams.push(await ask(client, "/huge.bin"));
  // The connection's window has 65,535 bytes in any case (RFC 9113 section 6.9.2).
  let given = 65_535;
  for (let step = 0; step < 6; step++) {
    await client.write(windowUpdate(0, 32 * MIB));
    given += 32 * MIB;
    const all = () => streams.reduce((sum, { received }) => sum + received, 0);
    await readUntil(client, () => all() === given, "the window was used");
  }
  const shares = streams.map(({ received }) => received).sort((one, other) => one - other);
  const least = shares[0]!,
    most = shares.at(-1)!,
    said = `shares of ${shares.slice(0, 9).join(" ")} to ${most}`;
  // On a busy machine reads of the disk may take as long as the others' whole window; such a stream makes up for it. What
  // the shares are where every stream has something to send is in tests/http2.
  assertLess(most, 1.1 * shares[25]!, said);
  assertLess(most, 3 * least, said);
});

Deno.test("an upload of 1 GB in frames of one byte is ended soon, and nothing is stored", async () => {
  using client = await Http2Connection.connect(server.port);
  const fields = { "content-length": String(SIZE) };
  const { id } = await ask(client, "/files/drips", { method: "PUT", ends: false, fields });
  const frames = frame(FRAME.data, 0, id, new Uint8Array(1));
  const burst = new Uint8Array(frames.length * 1000);
  for (let i = 0; i < 1000; i++) burst.set(frames, i * frames.length);
  const reading = readToEnd(client);
  let sent = 0;
  try {
    for (; sent < 5000 && client.goAway === undefined; sent++) await client.write(burst);
  } catch {
    // It has been closed.
  }
  await reading;
  assertEquals(client.goAway?.code, CODE.calm);
  assertLess(sent, 5000);
  assertEquals([...Deno.readDirSync(`${server.folder}/store`)], []);
});
