/**
 * Memory does not grow with what goes through a FastCGI server: 100 MB uploaded to PHP, 100 MB sent by it.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import { createHash } from "node:crypto";
import { temporaryFolder } from "../support/launch.ts";
import { startServer } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import { needsFpm, startFpm } from "./fastcgi_support.ts";
import { HAS_PROC, residentMemory } from "./wire_support.ts";

const MIB = 1024 ** 2;
const SIZE = 100 * 1000 * 1000;
const PIECE = 250_000;
const ALLOWED_GROWTH = 32 * MIB;

const FILES = {
  "www/upload.php": '<?php echo $_FILES["f"]["size"], " ", md5_file($_FILES["f"]["tmp_name"]);',
  "www/out.php": `<?php
header("Content-Type: application/octet-stream");
$piece = file_get_contents("../piece");
for ($i = 0; $i < ${SIZE / PIECE}; $i++) echo $piece;`,
};

const piece = Uint8Array.from({ length: PIECE }, (_, i) => (i * 2654435761) >>> 13);
const HEAD = '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n', TAIL = "\r\n--b--\r\n";

Deno.test({
  ...needsFpm("100 MB go to PHP and come from it in bounded memory"),
  async fn() {
    await using folder = await temporaryFolder();
    await using fpm = await startFpm(folder.path, { children: 1 });
    await using server = await startServer({
      config: `access_log: off
servers: [{ listen: LISTEN, root: www, client_max_body_size: 0, fastcgi: { .php: "unix:${fpm.socket}" } }]`,
      files: { ...FILES, piece },
    });
    const before = HAS_PROC ? residentMemory(server.pid) : 0;
    const look = () => {
      const growth = HAS_PROC ? residentMemory(server.pid) - before : 0;
      assertLess(growth, ALLOWED_GROWTH, `memory grew by ${Math.round(growth / MIB)} MiB`);
    };
    const md5 = createHash("md5");
    using client = await WireClient.connect(server.port);
    await client.send(
      "POST /upload.php HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n" +
        `Content-Length: ${HEAD.length + SIZE + TAIL.length}\r\n\r\n${HEAD}`,
    );
    for (let sent = 0; sent < SIZE; sent += PIECE) {
      md5.update(piece);
      await client.send(piece);
      if (sent % (40 * PIECE) === 0) look();
    }
    await client.send(TAIL);
    const hash = md5.digest("hex");
    assertEquals((await client.response("POST"))?.text, `${SIZE} ${hash}`);
    look();
    const received = createHash("md5");
    const { body } = await fetch(`${server.url}/out.php`);
    let pieces = 0;
    for await (const bytes of body!) {
      received.update(bytes);
      if (pieces++ % 100 === 0) look();
    }
    assertEquals(received.digest("hex"), hash);
    look();
  },
});
