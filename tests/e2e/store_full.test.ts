/**
 * A disk that is full: a small one in memory, where one can be mounted.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { test } from "../support/protocols.ts";
import { startServer } from "../support/server.ts";
import { WireClient } from "../support/wire.ts";
import { append, ask as askUpload, begin } from "./resumable_support.ts";
import {
  assertHolds,
  filesIn,
  formOf,
  head,
  postForm,
  put,
  STORE_CONFIG,
  STORE_FILES,
  storeOf,
} from "./store_support.ts";
import { mountDisk, MOUNTS, unmount } from "./mount_support.ts";
import { assertShowsNoPath } from "./wire_support.ts";

test({
  name: `a full disk is 507, nothing is left, and the next upload that fits is stored${
    MOUNTS ? "" : " (ignored: no file system may be mounted here)"
  }`,
  ignore: !MOUNTS,
  fn: async (t) => {
    await using server = await startServer({
      config: STORE_CONFIG,
      files: { ...STORE_FILES, "store/disk": null },
    });
    const disk = join(storeOf(server), "disk");
    assert(mountDisk(disk));
    try {
      const large = "x".repeat(2_000_000);
      const check = async (status: number) => {
        await assertHolds(disk, []);
        assertEquals(status, 507);
        assertEquals((await put(server, "/files/disk/small", "small")).status, 201);
        assertEquals(filesIn(disk), ["small"]);
        Deno.removeSync(join(disk, "small"));
      };
      await t.step("PUT", async () => {
        const response = await put(server, "/files/disk/large", large);
        assertShowsNoPath(server, response);
        await check(response.status);
      });
      await t.step("PUT in chunks", async () => {
        using client = await WireClient.connect(server.port);
        const chunk = "10000\r\n" + "x".repeat(65536) + "\r\n";
        await client.send(head("PUT", "/files/disk/large", { "Transfer-Encoding": "chunked" }));
        await client.send(chunk.repeat(20) + "0\r\n\r\n");
        await check((await client.response())!.status);
      });
      await t.step("an upload that can be gone on with, once there is room", async () => {
        const other = join(disk, "other");
        Deno.writeFileSync(other, new Uint8Array(600_000));
        const content = "y".repeat(700_000);
        const at = await begin(server, "/files/disk/later", content.slice(0, 100_000));
        assertEquals((await append(server, at, 100_000, true, content.slice(100_000))).last.status, 507);
        Deno.removeSync(other);
        const offset = Number((await askUpload(server, at)).last.field("upload-offset"));
        assert(offset >= 100_000 && offset < content.length);
        assertEquals((await append(server, at, offset, true, content.slice(offset))).last.status, 201);
        assertEquals(Deno.readTextFileSync(join(disk, "later")), content);
        Deno.removeSync(join(disk, "later"));
        await assertHolds(disk, []);
      });
      await t.step("POST of any body", async () => {
        await check((await postForm(server, "/files/disk/", large, { "Content-Type": "image/png" })).status);
      });
      await t.step("POST of a form whose second file does not fit", async () => {
        const form = formOf({ "a.txt": "a", "b.txt": large, "c.txt": "c" });
        await check((await postForm(server, "/files/disk/", form)).status);
      });
      await t.step("PUT where no further file may be made", async () => {
        const fillers: string[] = [];
        try {
          for (let i = 0; i < 100; i++) {
            const name = join(disk, `filler${i}`);
            Deno.openSync(name, { write: true, createNew: true }).close();
            fillers.push(name);
          }
        } catch {
          // As it should be.
        }
        const response = await put(server, "/files/disk/x", "x");
        fillers.forEach((name) => Deno.removeSync(name));
        await check(response.status);
      });
      await t.step("what was there before stays", async () => {
        Deno.writeTextFileSync(join(disk, "kept"), "old");
        assertEquals((await put(server, "/files/disk/kept", large)).status, 507);
        await assertHolds(disk, ["kept"]);
        assertEquals(Deno.readTextFileSync(join(disk, "kept")), "old");
      });
    } finally {
      assert(unmount(disk));
    }
  },
});
