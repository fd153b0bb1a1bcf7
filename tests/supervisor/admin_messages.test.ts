import { assertEquals } from "@std/assert";
import { decodeAdminMessage } from "../../lib/supervisor/admin_messages.ts";

Deno.test("messages of the inspector's thread are taken by their shape and within bounds, and no others", () => {
  const wanted = { what: "records", since: 1, most: 100 };
  const taken: [message: unknown, decoded: unknown][] = [
    [{ type: "ready", more: 1 }, { type: "ready" }],
    [{ type: "stopped" }, { type: "stopped" }],
    [{ type: "failed" }, { type: "failed", message: "it gave no reason", problem: "failed" }],
    [{ type: "failed", message: "m", problem: "taken" }, { type: "failed", message: "m", problem: "taken" }],
    [{ type: "log", level: "warning", text: "t" }, { type: "log", level: "warning", text: "t" }],
    [{ type: "log", level: "error", text: "x".repeat(9999) }, {
      type: "log",
      level: "error",
      text: "x".repeat(4000),
    }],
    [{ type: "records wanted", ask: 1, wanted }, { type: "records wanted", ask: 1, wanted }],
    [
      { type: "records wanted", ask: 0, wanted: { ...wanted, since: -5, id: 3, asSent: true, x: 1 } },
      { type: "records wanted", ask: 0, wanted: { ...wanted, since: 0, id: 3, asSent: true } },
    ],
  ];
  for (const [message, decoded] of taken) assertEquals(decodeAdminMessage(message) as unknown, decoded);
  const refused: unknown[] = [
    undefined,
    null,
    "ready",
    [],
    {},
    new Map(),
    { type: "start" },
    { type: "kill", pid: 1 },
    { type: "log", level: "program", text: "t" },
    { type: "log", level: "__proto__", text: "t" },
    { type: "records wanted", ask: 1 },
    { type: "records wanted", ask: -1, wanted },
    { type: "records wanted", ask: 1.5, wanted },
    { type: "records wanted", ask: 1, wanted: { ...wanted, what: "all" } },
    { type: "records wanted", ask: 1, wanted: { ...wanted, most: Infinity } },
    { type: "records wanted", ask: 1, wanted: { ...wanted, most: "1" } },
    { type: "records wanted", ask: 1, wanted: { ...wanted, id: {} } },
    { type: "records wanted", ask: 1, wanted: { ...wanted, since: "1" } },
  ];
  for (const message of refused) {
    assertEquals(decodeAdminMessage(message), undefined, JSON.stringify(message));
  }
});
