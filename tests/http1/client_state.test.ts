import { assertEquals, assertStringIncludes } from "@std/assert";
import { ANSWER, REQUEST } from "../../lib/http1/client_state.ts";
import { stateDiagram, type Transitions } from "../../lib/http1/state.ts";

const LEGAL: Readonly<Record<string, readonly (readonly [from: string, action: string, to: string])[]>> = {
  request: [
    ["idle", "request", "send body"],
    ["send body", "end of request", "done"],
    ["done", "next cycle", "idle"],
  ],
  answer: [
    ["idle", "request", "head"],
    ["idle", "fault", "broken"],
    ["head", "response", "body"],
    ["head", "switch", "switched"],
    ["head", "fault", "broken"],
    ["body", "end of message", "done"],
    ["body", "fault", "broken"],
    ["done", "next cycle", "idle"],
    ["done", "fault", "broken"],
  ],
};
const TABLES: Readonly<Record<string, Transitions<string>>> = { request: REQUEST, answer: ANSWER };

for (const [side, table] of Object.entries(TABLES)) {
  Deno.test(`every legal step of the ${side} stands in its table, and no other, and each state is reached`, () => {
    const steps = Object.entries(table).flatMap(([from, actions]) =>
      Object.entries(actions).map(([action, to]) => [from, action, to] as const)
    );
    assertEquals(steps, [...LEGAL[side]!]);
    assertEquals([...new Set(["idle", ...steps.map(([, , to]) => to)])].sort(), Object.keys(table).sort());
  });
}

Deno.test("ARCHITECTURE.md has the pictures of both connections", async () => {
  const architecture = await Deno.readTextFile(new URL("../../ARCHITECTURE.md", import.meta.url));
  for (const diagram of [stateDiagram(), stateDiagram(TABLES)]) {
    assertStringIncludes(architecture, `\`\`\`mermaid\n${diagram}\`\`\`\n`);
  }
});
