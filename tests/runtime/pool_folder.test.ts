import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { describeFileError } from "../../lib/http/errors.ts";
import { FileError } from "../../lib/ports.ts";
import {
  holderSockets,
  listens,
  namedSockets,
  poolFolder,
  PoolPlace,
} from "../../lib/runtime/pool_folder.ts";
import { temporaryFolder } from "../support/launch.ts";
import { pause } from "../support/wait.ts";

const ignore = Deno.build.os === "windows";
const USER = Deno.uid() ?? undefined;

const namesIn = (path: string) => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test({
  name: "servers that run at the same time have places of their own, and each place is given back",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = poolFolder(temporary.path, USER);
    // At the same moment.
    const places = await Promise.all([1, 2, 3].map(() => PoolPlace.take(folder)));
    const sockets = places.map((place) => place.socket("a.sock"));
    assertEquals(sockets.toSorted(), namedSockets(folder, "a.sock").slice(0, 3));
    assertEquals(namesIn(folder.path), ["1", "2", "3", "lock"]);
    for (const path of [folder.path, `${folder.path}/1`]) {
      assertEquals((await Deno.lstat(path)).mode! & 0o777, 0o700);
    }
    const second = places.find((place) => place.socket("a").endsWith("/2/a"))!;
    second.release();
    const another = await PoolPlace.take(folder);
    assertEquals(another.socket("a"), `${folder.path}/2/a`);
    for (const place of [another, ...places.filter((place) => place !== second)]) place.release();
    assertEquals(namesIn(folder.path), ["lock"]);
  },
});

Deno.test({
  name: "what a server that was killed has left is removed by the next start, and what lives is left alone",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = poolFolder(temporary.path, USER);
    const alive = await PoolPlace.take(folder);
    for (const left of [2, 7]) {
      await Deno.mkdir(`${folder.path}/${left}`, { mode: 0o700 });
      // A socket's file outlives its server.
      for (const name of ["server.sock", "php.sock"]) {
        Deno.listen({ transport: "unix", path: `${folder.path}/${left}/${name}` }).close();
      }
    }
    await Deno.mkdir(`${folder.path}/3`);
    await Deno.mkdir(`${folder.path}/other`);
    using pool = Deno.listen({ transport: "unix", path: alive.socket("php.sock") });
    const next = await PoolPlace.take(folder);
    assertEquals(namesIn(folder.path), ["1", "2", "lock", "other"]);
    assertEquals([namesIn(`${folder.path}/2`), await listens(alive.socket("php.sock"))], [
      ["server.sock"],
      true,
    ]);
    assertEquals(pool.addr.transport, "unix");
    next.release();
    alive.release();
  },
});

Deno.test({
  name: "whoever has a place is known to live however often it is asked, and however long nobody looks",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const place = await PoolPlace.take(poolFolder(temporary.path, USER));
    const socket = place.socket("server.sock");
    for (let i = 0; i < 300; i++) assert(await listens(socket));
    place.release();
    assertEquals(await listens(socket), false);
  },
});

Deno.test({
  name:
    "a socket's path is cleared before somebody listens there, and its folder made again if it was cleaned away",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = poolFolder(temporary.path, USER), place = await PoolPlace.take(folder);
    const socket = place.socket("php.sock");
    Deno.writeTextFileSync(socket, "");
    place.clear(socket);
    assertEquals(namesIn(`${folder.path}/1`), ["server.sock"]);
    await Deno.remove(folder.path, { recursive: true });
    place.clear(socket);
    // The runtime removes the path of a listener a moment after that was closed.
    await pause(50);
    assert(await listens(`${folder.path}/1/server.sock`));
    Deno.listen({ transport: "unix", path: socket }).close();
    await Deno.chmod(`${folder.path}/1`, 0o755);
    const error = assertThrows(() => place.clear(socket), FileError);
    assertMatch(describeFileError(error), /for servers that are started; others may use it/);
    // Another server was faster.
    await Deno.remove(folder.path, { recursive: true });
    const other = await PoolPlace.take(folder);
    assertThrows(() => place.clear(socket), FileError);
    place.release();
    await pause(50);
    assert(await listens(other.socket("server.sock")));
    other.release();
  },
});

Deno.test({
  name: "a path that is too long for a socket is said to be, and what to do about it",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const long = `${temporary.path}/${"x".repeat(20)}`;
    await Deno.mkdir(long);
    const place = await PoolPlace.take(poolFolder(long, USER));
    const room = 103 - place.socket("").length;
    assertEquals(place.socket("y".repeat(room - 1)).length, 103);
    const error = assertThrows(() => place.socket("y".repeat(room)), FileError);
    assertMatch(describeFileError(error), /too long for a socket: set TMPDIR/);
    place.release();
  },
});

Deno.test({
  name: "a folder that others may use is not taken",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const folder = poolFolder(temporary.path, USER);
    await Deno.mkdir(folder.path);
    await Deno.chmod(folder.path, 0o777);
    const error = await assertRejects(() => PoolPlace.take(folder), FileError);
    assertMatch(describeFileError(error), /others may use it .* remove it, or set TMPDIR/);
    assertEquals(namesIn(folder.path), []);
  },
});

Deno.test("the places that have permissions of their own are a few, in the user's folder", () => {
  const folder = { path: "/tmp/webserv-pools-7", user: 7 };
  assertEquals(poolFolder(undefined, 7), folder);
  assertEquals(holderSockets(folder), [1, 2, 3, 4].map((number) => `${folder.path}/${number}/server.sock`));
});
