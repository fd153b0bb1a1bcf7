import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  RECEIVED,
  STREAM,
  type StreamAction,
  streamDiagram,
  type StreamState,
  transition,
} from "../../lib/http2/state.ts";

const LEGAL: readonly (readonly [from: StreamState, action: StreamAction, to: StreamState])[] = [
  ["idle", "request", "open"],
  ["open", "end of request", "half-closed (remote)"],
  ["open", "end of response", "half-closed (local)"],
  ["open", "RST_STREAM received", "reset received"],
  ["open", "RST_STREAM sent", "reset sent"],
  ["half-closed (remote)", "end of response", "closed"],
  ["half-closed (remote)", "RST_STREAM received", "reset received"],
  ["half-closed (remote)", "RST_STREAM sent", "reset sent"],
  ["half-closed (local)", "end of request", "closed"],
  ["half-closed (local)", "RST_STREAM received", "reset received"],
  ["half-closed (local)", "RST_STREAM sent", "reset sent"],
];

const STATES = Object.keys(STREAM) as StreamState[];
const ACTIONS = [...new Set(LEGAL.map(([, action]) => action))];

Deno.test("transition() makes every legal step of a stream and refuses all others", () => {
  for (const state of STATES) {
    for (const action of [...ACTIONS, "no such action" as StreamAction]) {
      const step = LEGAL.find(([from, name]) => from === state && name === action);
      if (step) assertEquals(transition(state, action), step[2]);
      else {
        const message = `"${action}" is not legal in state "${state}"`;
        assertThrows(() => transition(state, action), Error, message);
      }
    }
  }
});

Deno.test("a stream reaches every state but the one in which nothing is known of it", () => {
  const reached = new Set<StreamState>(["idle"]);
  for (const from of reached) for (const to of Object.values(STREAM[from])) reached.add(to);
  assertEquals([...reached, "forgotten"].sort(), [...STATES].sort());
  assertEquals(Object.keys(RECEIVED).sort(), [...STATES].sort());
});

Deno.test("streamDiagram() draws every transition, and ARCHITECTURE.md has that picture", async () => {
  const name = (state: string) => state.replaceAll(/[ -]/g, "_").replaceAll(/[()]/g, "");
  const drawn = streamDiagram().split("\n").filter((line) => line.includes("-->")).map((line) => line.trim());
  assertEquals(
    drawn.sort(),
    LEGAL.map(([from, action, to]) => `${name(from)} --> ${name(to)}: ${action}`).sort(),
  );
  const architecture = await Deno.readTextFile(new URL("../../ARCHITECTURE.md", import.meta.url));
  assertStringIncludes(architecture, `\`\`\`mermaid\n${streamDiagram()}\`\`\`\n`);
});
