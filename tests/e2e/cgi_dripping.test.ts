/**
 * Clients whose bodies only drip, beside one who asks honestly: all programs' places stay free for that one.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { ask } from "../support/ask.ts";
import { pause, waitUntil } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";
import { cgiServer, PLAIN } from "./cgi_support.ts";

/** As many as a worker has places for programs. */
const CLIENTS = 64;

/** Says nothing before it has read everything. */
const ECHO = { "echo.sh": `body=$(cat)\n${PLAIN}printf %s "$body"\n` };

const HEADS: Readonly<Record<string, string>> = {
  "small": "Content-Length: 50000\r\n\r\n",
  "large": "Content-Length: 1000000\r\n\r\n",
  "chunked": "Transfer-Encoding: chunked\r\n\r\nc350\r\n",
};

for (const [what, rest] of Object.entries(HEADS)) {
  Deno.test(`${CLIENTS} clients that drip a ${what} body keep no program from an honest client, and are 408`, async () => {
    await using server = await cgiServer(ECHO, {
      top: "timeouts: { body: 1500ms }\nlimits: { body_rate: 1k }",
    });
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => WireClient.connect(server.port)));
    let over = 0;
    const answers = clients.map(async (client) => {
      const response = await client.response();
      over++;
      return response?.status;
    });
    try {
      for (const client of clients) {
        await client.send(`POST /cgi-bin/echo.sh HTTP/1.1\r\nHost: localhost\r\n${rest}`);
      }
      // They have been dripping for a while, and go on with it, when the honest one comes.
      for (let round = 0; round < 3; round++) {
        await Promise.all(clients.map((client) => client.send("x")));
        await pause(100);
      }
      const honest = await ask(server.port, "/cgi-bin/echo.sh", { method: "POST", body: "honest" });
      assertEquals([honest.status, honest.text], [200, "honest"]);
      await waitUntil(async () => {
        await Promise.all(clients.map((client) => client.send("x").catch(() => {})));
        return over === CLIENTS;
      }, () => `all are answered, not only ${over}`);
      assertEquals(await Promise.all(answers), Array(CLIENTS).fill(408));
    } finally {
      for (const client of clients) client[Symbol.dispose]();
    }
  });
}
