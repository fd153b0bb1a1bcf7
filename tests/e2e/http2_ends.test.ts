/**
 * Connections of HTTP/2 that the server ends since other workers have taken over. What runs is finished, and the client
 * is told which streams that is (RFC 9113 section 6.8).
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type ClientStream, Http2Connection, windowUpdate } from "../support/h2.ts";
import { ask, CODE, MIB, readToEnd, readUntil, statusOf } from "./http2_support.ts";
import { ignore, reloadServer } from "./reload_support.ts";
import { makeLargeFile } from "./wire_support.ts";

const SIZE = 4 * MIB;

/** Three downloads that have begun, of which the client takes no more for now. */
async function threeDownloads(client: Http2Connection): Promise<ClientStream[]> {
  const streams: ClientStream[] = [];
  for (let i = 0; i < 3; i++) streams.push(await ask(client, "/large.bin"));
  await readUntil(client, () => streams.every(({ received }) => received > 0), "each download began");
  return streams;
}

/** Takes the rest. */
async function finish(client: Http2Connection, streams: readonly ClientStream[]): Promise<void> {
  for (const { id } of streams) await client.write(windowUpdate(id, SIZE));
  await readToEnd(client);
  assertEquals(streams.map((stream) => [statusOf(stream), stream.received, stream.isEnded]), [
    ["200", SIZE, true],
    ["200", SIZE, true],
    ["200", SIZE, true],
  ]);
}

const GIVEN = { stream: 10_000, connection: 4 * SIZE };

Deno.test({
  name: "a reload with other permissions: downloads on one connection end whole, and it is told to go",
  ignore,
  fn: async () => {
    const port = (() => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      return listener.addr.port;
    })();
    const config = (more: string) =>
      `access_log: off\nservers: [{ listen: "127.0.0.1:${port}", root: ., locations: { /more/: { ${more} } } }]\n`;
    await using server = await reloadServer({
      config: config("return: 204"),
      files: { "ok.txt": "fine", other: null, store: null },
    });
    makeLargeFile(`${server.folder}/large.bin`, SIZE);
    using client = await Http2Connection.connect(port, { given: GIVEN });
    const streams = await threeDownloads(client);
    await server.reload(config("upload_store: store"));
    await readUntil(client, () => client.goAway !== undefined, "GOAWAY came");
    await finish(client, streams);
    assertEquals(client.goAway, { last: 5, code: CODE.none, debug: "" });
    using next = await Http2Connection.connect(port);
    const answer = await ask(next, "/ok.txt");
    await readUntil(next, () => answer.isEnded, "the new workers answered");
    assertEquals(statusOf(answer), "200");
    assert(next.goAway === undefined);
  },
});
