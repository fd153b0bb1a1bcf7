import { assertEquals } from "@std/assert";
import { type Member, NOWHERE, Roster } from "../../lib/http/roster.ts";

class Guest implements Member {
  place = NOWHERE;
  constructor(readonly name: string) {}
}

function filled(...names: readonly string[]) {
  const roster = new Roster<Guest>(), guests = names.map((name) => new Guest(name));
  for (const guest of guests) roster.add(guest);
  const [a, b, c, d] = guests as [Guest, Guest, Guest, Guest];
  return { roster, a, b, c, d };
}

function namesIn(roster: Roster<Guest>): string {
  const names: string[] = [];
  roster.each(({ name }) => names.push(name));
  return names.sort().join("");
}

Deno.test("a roster has whoever was added and not taken out, each once", () => {
  const { roster, a, b, c } = filled("a", "b", "c");
  roster.add(b);
  assertEquals([roster.size, namesIn(roster)], [3, "abc"]);
  roster.delete(a);
  roster.delete(a);
  assertEquals([roster.size, namesIn(roster), a.place], [2, "bc", NOWHERE]);
  roster.add(a);
  roster.delete(c);
  roster.delete(b);
  assertEquals([roster.size, namesIn(roster)], [1, "a"]);
});

Deno.test("who stands in another roster, or in none, is not taken out of this one", () => {
  const { roster, a } = filled("a"), other = filled("x").roster;
  other.delete(a);
  roster.delete(new Guest("b"));
  assertEquals([roster.size, other.size], [1, 1]);
});

/** What each one that is called does, and who has been called by the end. */
const CHANGES: readonly (readonly [
  what: string,
  change: (all: ReturnType<typeof filled>, name: string) => void,
  called: string,
])[] = [
  ["each takes itself out", ({ roster, ...all }, name) => roster.delete(all[name as "a"]), "dcba"],
  [
    "the first takes out all others",
    ({ roster, a, b, c }, name) => name === "d" && [a, b, c].forEach((guest) => roster.delete(guest)),
    "dd",
  ],
  [
    "one takes out one that has had its turn",
    ({ roster, d }, name) => name === "b" && roster.delete(d),
    "dcba",
  ],
  ["one takes out the next", ({ roster, b }, name) => name === "c" && roster.delete(b), "dcda"],
];

for (const [what, change, called] of CHANGES) {
  Deno.test(`a roster that is gone through stays whole: ${what}`, () => {
    const all = filled("a", "b", "c", "d"), names: string[] = [];
    all.roster.each(({ name }) => {
      names.push(name);
      change(all, name);
    });
    assertEquals(names.join(""), called);
  });
}

Deno.test("who is added while a roster is gone through is called the next time", () => {
  const { roster } = filled("a");
  roster.each(() => roster.add(new Guest("b")));
  assertEquals(namesIn(roster), "ab");
});
