import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { keptServer } from "../support/kept_server.ts";
import { test } from "../support/protocols.ts";

const ORIGIN = "access-control-allow-origin";

test("cors marks every answer of its location, errors too, and none of another", async () => {
  const server = await keptServer({
    config: `
servers:
  - listen: LISTEN
    root: .
    locations:
      /api/: { cors: on }
      /api/old: { cors: on, return: 301 /api/new }
`,
    files: { "api/data.json": "{}", "page.html": "page" },
  });
  const mark = async (target: string, fields = {}) => {
    const answer = await ask(server.port, target, { fields: { Origin: "http://other.test", ...fields } });
    return [answer.status, answer.field(ORIGIN)];
  };
  assertEquals(await mark("/api/data.json"), [200, "*"]);
  assertEquals(await mark("/api/data.json", { Range: "bytes=0-0" }), [206, "*"]);
  assertEquals(await mark("/api/data.json", { "If-None-Match": "*" }), [304, "*"]);
  assertEquals(await mark("/api/missing"), [404, "*"]);
  assertEquals(await mark("/api/"), [403, "*"]);
  assertEquals(await mark("/api/old"), [301, "*"]);
  assertEquals(await mark("/page.html"), [200, undefined]);
  assertEquals(await mark("/missing"), [404, undefined]);
});

test("a preflight gets the method and the fields that it asks for", async () => {
  const server = await keptServer({
    config: "servers: [{ listen: LISTEN, root: ., cors: on }]",
    files: { "a.txt": "a" },
  });
  const preflight = await ask(server.port, "/a.txt", {
    method: "OPTIONS",
    fields: {
      Origin: "http://other.test",
      "Access-Control-Request-Method": "PATCH",
      "Access-Control-Request-Headers": "content-type, x-token",
    },
  });
  assertEquals(preflight.status, 204);
  assertEquals(preflight.field(ORIGIN), "*");
  assertEquals(preflight.field("access-control-allow-methods"), "PATCH");
  assertEquals(preflight.field("access-control-allow-headers"), "content-type, x-token");
  assertEquals(preflight.field("access-control-allow-private-network"), undefined);
  assertEquals(preflight.field("allow"), "GET, HEAD, OPTIONS");
  const plain = await ask(server.port, "/a.txt", { method: "OPTIONS" });
  assertEquals(plain.status, 204);
  assertEquals(plain.field("access-control-allow-methods"), undefined);
  assertEquals(plain.field(ORIGIN), "*");
});

test("without cors a preflight gets no permission", async () => {
  const server = await keptServer({ files: { "a.txt": "a" } });
  const preflight = await ask(server.port, "/a.txt", {
    method: "OPTIONS",
    fields: {
      Origin: "http://other.test",
      "Access-Control-Request-Method": "GET",
      "Access-Control-Request-Private-Network": "true",
    },
  });
  assertEquals(preflight.status, 204);
  assertEquals(preflight.fields.filter(([name]) => /^access-control/i.test(name)), []);
});
