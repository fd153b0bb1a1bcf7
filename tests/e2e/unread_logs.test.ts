/**
 * Logs to a pipe that nobody reads, or whose reader is gone: neither keeps the server from serving or from ending.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { temporaryFolder } from "../support/launch.ts";
import { end, program, writeFiles } from "../support/server.ts";
import { inTime } from "../support/wait.ts";
import { WireClient } from "../support/wire.ts";

/** More than a pipe holds. */
const REQUESTS = 200, AGENT = "x".repeat(2000);

type Stream = "stdout" | "stderr";

/** Reads a stream as far as the line that tells the port, and no further. */
async function portOf(stream: ReadableStream<Uint8Array>): Promise<number> {
  const reader = stream.getReader(), decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const [, port] = /listening on http:\/\/\S*:(\d+)\/\n/.exec(text) ?? [];
    if (port !== undefined) {
      reader.releaseLock();
      return Number(port);
    }
    const { value, done } = await reader.read();
    if (done) throw new Error(`It ended: ${text}`);
    text += decoder.decode(value, { stream: true });
  }
}

for (const log of ["stdout", "stderr"] as const) {
  for (const reader of ["idle", "gone"] as const) {
    Deno.test({
      name: `an access log to ${log} whose reader is ${reader} does not keep the server from ending`,
      ignore: Deno.build.os === "windows",
      fn: async () => {
        await using folder = await temporaryFolder();
        await writeFiles(folder.path, {
          "page.txt": "page",
          "webserv.yaml":
            `access_log: ${log}\ntimeouts: { shutdown: 500ms }\nservers: [{ listen: "127.0.0.1:0", root: . }]`,
        });
        const [command, ...args] = program();
        const child = new Deno.Command(command!, {
          args: [...args, "-c", `${folder.path}/webserv.yaml`],
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        try {
          const port = await portOf(child.stderr);
          if (reader === "gone") await child[log].cancel();
          using client = await WireClient.connect(port);
          for (let i = 0; i < REQUESTS; i++) {
            await client.send(`GET /page.txt HTTP/1.1\r\nHost: localhost\r\nUser-Agent: ${AGENT}\r\n\r\n`);
            assertEquals((await client.response())?.text, "page");
          }
          child.kill("SIGTERM");
          assertEquals((await inTime(child.status, "it has ended")).code, 0);
        } finally {
          await end(child);
          for (const stream of ["stdout", "stderr"] satisfies Stream[]) {
            if (reader !== "gone" || stream !== log) await child[stream].cancel();
          }
        }
      },
    });
  }
}
