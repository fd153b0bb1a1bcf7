import { assert, assertEquals } from "@std/assert";
import { type Lock, LockTable, type WantedLock, type Write } from "../../lib/dav/lock_table.ts";
import { parseQuestion } from "../../lib/dav/lock_questions.ts";

function newTable() {
  let now = 0, made = 0;
  const table = new LockTable(() => now);
  const wanted = (path: string, more: Partial<WantedLock> = {}): WantedLock => ({
    path,
    url: path,
    scope: "exclusive",
    isDeep: true,
    owner: "",
    user: undefined,
    ...more,
  });
  return {
    table,
    pass: (seconds: number) => now += seconds * 1000,
    /** The token; undefined if it is not granted. */
    lock(path: string, more?: Partial<WantedLock>, seconds = 60): string | undefined {
      const granted = table.grant(wanted(path, more), `urn:${++made}`, seconds);
      return granted && "token" in granted ? (granted as Lock).token : undefined;
    },
    may(path: string, kind: Write["kind"], ...tokens: string[]): boolean {
      return table.forbidding([{ path, kind }], new Set(tokens), undefined).length === 0;
    },
  };
}

Deno.test("Locks: an exclusive one lets no other be, and shared ones each other", () => {
  const { lock } = newTable();
  assert(lock("/s/a"));
  assertEquals(lock("/s/a"), undefined);
  assertEquals(lock("/s/a", { scope: "shared" }), undefined);
  assert(lock("/s/b", { scope: "shared" }));
  assert(lock("/s/b", { scope: "shared" }));
  assertEquals(lock("/s/b"), undefined);
});

Deno.test("Locks: a deep one holds below, and is not granted above another", () => {
  const { lock, may } = newTable();
  const deep = lock("/s/d")!;
  assertEquals(lock("/s/d/e/f"), undefined);
  assert(lock("/s/dd"));
  assertEquals(lock("/s"), undefined);
  assert(lock("/s", { isDeep: false }));
  assertEquals([may("/s/d/e/f", "content"), may("/s/d/e/f", "content", deep), may("/s/c", "content")], [
    false,
    true,
    true,
  ]);
});

Deno.test("Locks: a folder's own lock keeps its members' names, not their content", () => {
  const { lock, may } = newTable(), token = lock("/s/d", { isDeep: false })!;
  assertEquals(may("/s/d/x", "content"), true);
  assertEquals(may("/s/d/x", "member"), false);
  assertEquals(may("/s/d/x", "member", token), true);
  assertEquals(may("/s/d/e/x", "member"), true);
});

Deno.test("Locks: whoever removes a folder has to name each lock in it", () => {
  const { lock, may } = newTable(), a = lock("/s/d/a")!, b = lock("/s/d/e/b")!;
  assertEquals(may("/s/d", "member", a, b), true);
  assertEquals([may("/s/d", "tree"), may("/s/d", "tree", a), may("/s/d", "tree", a, b)], [
    false,
    false,
    true,
  ]);
});

Deno.test("Locks: of several shared ones a single token is enough", () => {
  const { lock, may } = newTable(), shared = { scope: "shared" } as const;
  const a = lock("/s/a", shared)!, b = lock("/s/a", shared)!;
  assertEquals([may("/s/a", "content"), may("/s/a", "content", a), may("/s/a", "content", b)], [
    false,
    true,
    true,
  ]);
});

Deno.test("Locks: another user's token opens nothing, and ends nothing", () => {
  const { table, lock } = newTable(), token = lock("/s/a", { user: "anna" })!;
  const forbidden = (user?: string) =>
    table.forbidding([{ path: "/s/a", kind: "content" }], new Set([token]), user);
  assertEquals([forbidden("anna").length, forbidden("ben").length, forbidden().length], [0, 1, 1]);
  assertEquals(table.release("/s/a", token, "ben"), "another's");
  assertEquals(table.refresh("/s/a", new Set([token]), "ben", 10), undefined);
  assertEquals(table.release("/s/a", token, "anna"), "done");
});

Deno.test("Locks: they end by time, are made longer, and go with what they are on", () => {
  const { table, lock, may, pass } = newTable();
  const token = lock("/s/a", {}, 10)!;
  pass(9);
  assert(table.refresh("/s/a", new Set([token]), undefined, 10));
  pass(9);
  assertEquals(may("/s/a", "content"), false);
  pass(1);
  assertEquals([may("/s/a", "content"), table.covering("/s/a"), table.size], [true, [], 0]);
  lock("/s/d/a");
  lock("/s/d", { isDeep: false });
  table.gone("/s/d", false);
  assertEquals(table.size, 1);
  table.gone("/s/d", true);
  assertEquals(table.size, 0);
});

Deno.test("Leases: a lock knows who writes under it", () => {
  const { table } = newTable();
  const under = (path: string, isDeep = true) => table.isWrittenUnder({ path, isDeep });
  const lease = table.begin([{ path: "/s/d/a", kind: "member" }], 1)!;
  assertEquals(["/s/d/a", "/s/d", "/s", "/s/d/b"].map((path) => under(path)), [true, true, true, false]);
  assertEquals([under("/s/d", false), under("/s", false)], [true, false]);
  assertEquals([table.end(lease, 2), table.end(lease, 1), under("/s/d/a")], [false, true, false]);
  table.begin([{ path: "/s/d", kind: "tree" }], 1);
  assertEquals(under("/s/d/x/y"), true);
  table.endAll(1);
  assertEquals(under("/s/d/x/y"), false);
});

Deno.test("Leases: one that nobody ends is forgotten in the end", () => {
  const { table, pass } = newTable();
  table.begin([{ path: "/s/a", kind: "content" }], 1);
  pass(3000);
  table.begin([{ path: "/s/b", kind: "content" }], 1);
  const under = (path: string) => table.isWrittenUnder({ path, isDeep: false });
  assertEquals([under("/s/a"), under("/s/b")], [true, true]);
  pass(601);
  assertEquals([under("/s/a"), under("/s/b")], [false, true]);
});

Deno.test("Locks and leases: what they hold of memory is bounded, and given back", () => {
  const { table, lock } = newTable(), owner = "x".repeat(1024 * 1024);
  const granted = Array.from({ length: 9 }, (_, i) => lock(`/s/${i}`, { owner }, 10));
  assertEquals(granted.map((token) => token !== undefined), [...Array(7).fill(true), false, false]);
  table.release("/s/0", granted[0]!, undefined);
  assert(lock("/s/8", { owner }));
  const writes = [{ path: "x".repeat(1024 * 1024), kind: "content" as const }];
  const leases = Array.from({ length: 9 }, () => table.begin(writes, 1));
  assertEquals(leases.map((lease) => lease !== undefined), [...Array(8).fill(true), false]);
  table.endAll(1);
  assert(table.begin(writes, 1));
});

Deno.test("Questions: what a worker may say of locks is taken by its shape", () => {
  const wanted = { path: "/s/a", url: "/a", scope: "shared", isDeep: false, owner: "" };
  const good: unknown[] = [
    { do: "find", paths: ["/s/a"], members: true },
    { do: "write", writes: [{ path: "/s/a", kind: "tree" }], tokens: [], begins: true },
    { do: "end", lease: 1, gone: [{ path: "/s", itself: false }] },
    { do: "lock", wanted, seconds: 5 },
    { do: "refresh", path: "/s/a", tokens: ["urn:x"], seconds: 5, user: "anna" },
    { do: "unlock", path: "/s/a", token: "urn:x" },
  ];
  for (const question of good) {
    const text = JSON.stringify(question);
    assertEquals(JSON.parse(JSON.stringify(parseQuestion(text))), question);
    // Each of its words, gone or of another kind.
    for (const key of Object.keys(question as object)) {
      if (key === "user") continue;
      for (const other of [undefined, null, { a: 1 }, -1]) {
        assertEquals(
          parseQuestion(JSON.stringify({ ...question as object, [key]: other })),
          undefined,
          `${text} ${key}`,
        );
      }
    }
  }
  for (
    const text of ["", "null", "[]", "{", '{"do":"x"}', JSON.stringify({ do: "lock", wanted, seconds: 1e9 })]
  ) {
    assertEquals(parseQuestion(text), undefined);
  }
});
