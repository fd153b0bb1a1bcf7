import { assertEquals, assertThrows } from "@std/assert";
import { CLIENT, SERVER, stateDiagram, transition } from "../../lib/http1/state.ts";

const LEGAL_FOR_CLIENT = [
  ["idle", "request", "send body"],
  ["idle", "end of input", "closed"],
  ["idle", "peer error", "closed"],
  ["idle", "give up", "closed"],
  ["send body", "end of message", "done"],
  ["send body", "end of input", "closed"],
  ["send body", "peer error", "closed"],
  ["send body", "give up", "closed"],
  ["done", "next cycle", "idle"],
  ["done", "switch protocols", "switched"],
  ["done", "give up", "closed"],
  ["switched", "give up", "closed"],
];

const LEGAL_FOR_SERVER = [
  ["idle", "request", "send response"],
  ["idle", "peer error", "send response"],
  ["idle", "give up", "closed"],
  ["send response", "respond", "send body"],
  ["send response", "switch protocols", "switched"],
  ["send response", "give up", "closed"],
  ["send body", "end of response", "done"],
  ["send body", "give up", "closed"],
  ["done", "next cycle", "idle"],
  ["done", "give up", "closed"],
  ["switched", "give up", "closed"],
];

for (
  const [side, table, legal] of [["client", CLIENT, LEGAL_FOR_CLIENT], [
    "server",
    SERVER,
    LEGAL_FOR_SERVER,
  ]] as const
) {
  const actions = [...new Set([...LEGAL_FOR_CLIENT, ...LEGAL_FOR_SERVER].map(([, action]) => action!))];

  Deno.test(`transition() makes every legal step of the ${side} and refuses all others`, () => {
    for (const state of Object.keys(table) as (keyof typeof table)[]) {
      for (const action of [...actions, "", "no such action"]) {
        const step = legal.find(([from, name]) => from === state && name === action);
        if (step) assertEquals(transition<string>(table, state, action), step[2]);
        else {
          const message = `"${action}" is not legal in state "${state}"`;
          assertThrows(() => transition<string>(table, state, action), Error, message);
        }
      }
    }
  });

  Deno.test(`the ${side} leaves no state but "closed" without a way out, and reaches them all`, () => {
    const reached = new Set(["idle"]);
    for (const from of reached) {
      Object.values(table[from as keyof typeof table]).forEach((to) => reached.add(to));
    }
    assertEquals([...reached].sort(), Object.keys(table).sort());
    const ends = Object.entries(table).filter(([, steps]) => Object.keys(steps).length === 0);
    assertEquals(ends.map(([state]) => state), ["closed"]);
  });
}

Deno.test("stateDiagram() draws every transition, and always the same picture", () => {
  const diagram = stateDiagram();
  assertEquals(diagram, stateDiagram());
  const drawn = diagram.split("\n").filter((line) => line.includes("-->")).map((line) => line.trim());
  const arrows = (side: string, legal: readonly string[][]) =>
    legal.map(([from, action, to]) =>
      `${side}_${from!.replaceAll(" ", "_")} --> ${side}_${to!.replaceAll(" ", "_")}: ${action}`
    );
  const expected = [...arrows("client", LEGAL_FOR_CLIENT), ...arrows("server", LEGAL_FOR_SERVER)];
  assertEquals(drawn.sort(), expected.sort());
  assertEquals(diagram.startsWith("stateDiagram-v2\n"), true);
  assertEquals(diagram.endsWith("}\n"), true);
});
