import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { encodeNotes } from "../../lib/store/resumable/notes.ts";
import { partialFileName } from "../../lib/http/partial_name.ts";
import { UploadKeeper } from "../../lib/supervisor/upload_keeper.ts";
import { temporaryFolder } from "../support/launch.ts";
import { FakeLog } from "../support/fakes.ts";
import { waitUntil } from "../support/wait.ts";

const id = (n: number) => n.toString(16).padStart(32, "0");

/** A keeper of one store, which ends with the test. */
async function keeper() {
  const folder = await temporaryFolder(), log = new FakeLog(), told: [number, string][] = [];
  const uploads = new UploadKeeper({
    tell: (worker, text) => void told.push([worker, text]),
    errorLog: () => log,
    stores: () => [join(folder.path, "store")],
  });
  const store = join(folder.path, "store");
  Deno.mkdirSync(store);
  return {
    uploads,
    store,
    folder: folder.path,
    lines: log.lines,
    told,
    ask: async (question: unknown, worker = 1) => {
      const answer = await uploads.answer(JSON.stringify(question), worker);
      return answer && JSON.parse(answer);
    },
    async [Symbol.asyncDispose]() {
      uploads.stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

const notesOf = (expires: number) =>
  encodeNotes({
    method: "PUT",
    path: "/x",
    user: undefined,
    fields: [],
    expires,
    length: undefined,
    naming: undefined,
  });

Deno.test("whatever a worker says, nothing outside the stores is touched, and nothing is thrown", async () => {
  await using test = await keeper();
  const outside = join(test.folder, partialFileName(id(1)));
  Deno.writeTextFileSync(outside, "kept");
  for (
    const question of [
      null,
      1,
      [],
      {},
      { type: "begin" },
      { type: "begin", id: "../../x", folder: test.store, expires: 1 },
      { type: "begin", id: id(1), folder: test.folder, expires: 1 },
      { type: "begin", id: id(1), folder: `${test.store}/../`, expires: 1 },
      { type: "begin", id: id(1), folder: test.store, expires: "soon" },
      { type: "begin", id: id(1), folder: test.store, expires: -1 },
      { type: "begin", id: id(1), folder: 5, expires: 1 },
      { type: "claim", id: 7 },
      { type: "other", id: id(1) },
    ]
  ) assertEquals([question, await test.ask(question)], [question, undefined]);
  assertEquals(await test.ask({ type: "claim", id: id(1), folder: test.folder, expires: 1 }), { claim: 1 });
  // Nor with another's claim, nor of one that is not its own.
  assertEquals(await test.ask({ type: "release", claim: 1, outcome: "gone" }, 2), {});
  assertEquals(await test.ask({ type: "release", claim: "1", outcome: "gone" }), {});
  assertEquals(
    await test.ask({ type: "release", claim: 1, outcome: "finished", finished: { path: 1, length: -1 } }),
    {},
  );
  assertEquals(Deno.readTextFileSync(outside), "kept");
});

Deno.test("what is finished is told to who asks later, and its notes are removed", async () => {
  await using test = await keeper();
  const { claim } = await test.ask({ type: "begin", id: id(1), folder: test.store, expires: 1e6 });
  const notes = join(test.store, `${partialFileName(id(1))}.json`);
  Deno.writeTextFileSync(notes, notesOf(1e6));
  const finished = { path: "/x", user: "anna", length: 7 };
  await test.ask({ type: "release", claim, outcome: "finished", finished });
  assertEquals(await test.ask({ type: "claim", id: id(1) }, 2), { finished });
  assertEquals([...Deno.readDirSync(test.store)], []);
});

Deno.test("a newer request of another worker is told to the older one", async () => {
  await using test = await keeper();
  const { claim } = await test.ask({ type: "begin", id: id(1), folder: test.store, expires: 1e6 });
  const next = test.ask({ type: "claim", id: id(1) }, 2);
  await waitUntil(() => test.told.length > 0, "it is told");
  assertEquals(test.told, [[1, JSON.stringify({ end: claim })]]);
  await test.ask({ type: "release", claim, outcome: "kept" });
  assert((await next).claim > claim);
});

Deno.test("the unfinished are counted, and too many are not begun", async () => {
  await using test = await keeper();
  for (let n = 0; n < 1000; n++) {
    assert((await test.ask({ type: "begin", id: id(n), folder: test.store, expires: 1e9 })).claim);
  }
  assertEquals(await test.ask({ type: "begin", id: id(1000), folder: test.store, expires: 1e9 }), {
    state: "full",
  });
  const other = `${test.store}/sub`;
  Deno.mkdirSync(other);
  assert((await test.ask({ type: "begin", id: id(1000), folder: other, expires: 1e9 })).claim);
  await test.ask({ type: "release", claim: 1, outcome: "gone" });
  assert((await test.ask({ type: "begin", id: id(2000), folder: test.store, expires: 1e9 })).claim);
});

Deno.test("what nobody goes on with is removed, also of an earlier run, and nothing that may still be", async () => {
  await using test = await keeper();
  const long = new Date(Date.now() - 3_600_000);
  const files = [[1, 1000], [2, 1e9], [3, undefined]] as const;
  for (const [n, expires] of files) {
    const path = join(test.store, partialFileName(id(n)));
    Deno.writeTextFileSync(path, "part");
    Deno.utimeSync(path, long, long);
    if (expires !== undefined) Deno.writeTextFileSync(`${path}.json`, notesOf(expires));
    for (const ending of ["", ".json"]) test.uploads.found(test.store, partialFileName(id(n)) + ending);
  }
  test.uploads.found(test.store, "other.txt");
  const left = () => [...Deno.readDirSync(test.store)].map(({ name }) => name).sort();
  await waitUntil(() => left().length === 2, () => `two are left: ${left()}`);
  assertEquals(left(), [partialFileName(id(2)), `${partialFileName(id(2))}.json`]);
  assertEquals(test.lines.length, 2);
});
