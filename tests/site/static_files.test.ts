/** Files that are changed between being found and being opened, at every request. */
import { assertEquals } from "@std/assert";
import { site } from "../support/site.ts";
import { settle } from "../support/fakes.ts";

const YAML = "servers: [{ listen: 8080, root: root, index: [a.txt] }]";

Deno.test("a file that changes at each look is sent as it was opened", async () => {
  const server = site(YAML, { "root/a.txt": "x" });
  let size = 0;
  server.files.beforeOpen = () => server.files.write("/site/root/a.txt", "x".repeat(++size), size);
  const cases:
    readonly (readonly [target: string, request: Parameters<typeof server.ask>[1], status: number])[] = [
      ["/a.txt", {}, 200],
      ["/", {}, 200],
      ["/a.txt", { method: "HEAD" }, 200],
      ["/a.txt", { fields: { Range: "bytes=0-0" } }, 206],
      ["/a.txt", { fields: { Range: "bytes=0-0,2-2" } }, 206],
      ["/a.txt", { fields: { Range: "bytes=999-" } }, 416],
      ["/a.txt", { fields: { "If-Match": '"another"' } }, 412],
      ["/a.txt/", {}, 404],
    ];
  for (const [target, request, status] of cases) {
    const answer = await server.ask(target, request);
    assertEquals(answer.status, status, target);
    if (target !== "/a.txt/" && status === 200 && request?.method !== "HEAD") {
      assertEquals(answer.text, "x".repeat(size), target);
    }
    assertEquals(server.files.counts.closed, server.files.counts.open, "what was opened is closed");
  }
  assertEquals(server.log, []);
});

Deno.test("what is another file at every look is waited for, and 503 in the end", async () => {
  for (const restsAfter of [300, Infinity]) {
    const server = site(YAML, { "root/sub/a.txt": "x" });
    const began = server.clock.monotonic();
    // Everything has just been made, so no look is proved.
    for (const [path, node] of server.files.nodes) {
      server.files.nodes.set(path, { ...node, stat: { ...node.stat, changed: server.clock.now() } });
    }
    server.files.beforeStep = (step) => {
      if (step !== "lstat" || server.clock.monotonic() - began >= restsAfter) return;
      server.files.replace("/site/root/sub/a.txt", "x", 1);
    };
    const answer = server.ask("/sub/a.txt");
    let isOver = false;
    void answer.then(() => isOver = true);
    for (let waited = 0; !isOver && waited < 10_000; waited += 50) {
      await settle();
      await server.clock.advance(50);
    }
    assertEquals([(await answer).status, isOver], [restsAfter === Infinity ? 503 : 200, true]);
    assertEquals(server.files.counts.closed, server.files.counts.open);
  }
});
