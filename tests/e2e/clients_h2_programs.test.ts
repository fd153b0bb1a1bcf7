/**
 * Programs that speak HTTP/2 each do all that the server has: a page, a range, storing and removing, a program with a
 * body, and events that are seen as they come. Over TLS, and by prior knowledge without it.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { isFile } from "../support/server.ts";
import {
  type Asked,
  isInstalled,
  LARGE,
  type Origin,
  originsOf,
  runClient,
  sharedHttp2Site,
} from "./clients_h2_support.ts";

/** A client: its command line, and what it says of an answer. */
interface Client {
  readonly isHere: () => boolean;
  readonly command: (origin: Origin, asked: Asked) => string[];
  /** Takes what it prints apart; the protocol is what ALPN chose, where the client tells. */
  readonly parse: (stdout: string) => { status: number; protocol: string; text: string };
}

const script = (name: string) => fromFileUrl(new URL(name, import.meta.url));

/** `HTTP/2 200 h2`, fields, an empty line, content: as `curl -i` prints it. */
function parseHead(stdout: string) {
  const [, status, protocol, text] = /^HTTP\/2 (\d{3}) ?(\S*)\r\n[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(stdout) ??
    [];
  assert(status !== undefined, `no answer of HTTP/2: ${stdout}`);
  return { status: Number(status), protocol: protocol!, text: text! };
}

const PYTHON = "/usr/bin/python3";

const CLIENTS: Readonly<Record<string, Client>> = {
  curl: {
    isHere: () => isInstalled("curl"),
    command: ({ isTls, port, certificate }, { method = "GET", path, fields = {}, file }) => [
      ...["curl", "--silent", "--show-error", "--no-buffer", "--include", "--request", method],
      ...(isTls ? ["--http2", "--cacert", certificate] : ["--http2-prior-knowledge"]),
      ...Object.entries({ Expect: "", ...fields }).flatMap((
        [name, value],
      ) => ["--header", `${name}: ${value}`]),
      ...(file === undefined ? [] : ["--data-binary", `@${file}`]),
      `${isTls ? "https" : "http"}://localhost:${port}${path}`,
    ],
    parse: parseHead,
  },
  "nghttp -v": {
    isHere: () => isInstalled("nghttp") && isInstalled("stdbuf"),
    command: ({ isTls, port }, { method = "GET", path, fields = {}, file }) => [
      ...["stdbuf", "-o0", "nghttp", "--verbose", "--no-dep"],
      ...Object.entries({ ":method": method, ...fields }).flatMap((
        [name, value],
      ) => ["-H", `${name}: ${value}`]),
      ...(file === undefined ? [] : ["--data", file]),
      `${isTls ? "https" : "http"}://127.0.0.1:${port}${path}`,
    ],
    parse: (stdout) => {
      const status = /recv \(stream_id=\d+\) :status: (\d{3})/.exec(stdout)?.[1];
      assert(status !== undefined, `no answer of HTTP/2: ${stdout}`);
      const protocol = /negotiated protocol: (\S+)/.exec(stdout)?.[1] ?? "";
      // What is left without the lines about frames, which stand in the middle of content.
      const text = stdout.replaceAll(/\[ *[\d.]+\] [^\n]*\n(?: {10}[^\n]*\n)*/g, "")
        .replace(/^\n?The negotiated protocol: h2\n/, "");
      return { status: Number(status), protocol, text };
    },
  },
  "the h2 package of Python": {
    isHere: () => isFile(PYTHON) && isFile("/usr/lib/python3/dist-packages/h2/connection.py"),
    command: ({ port, certificate }, { method = "GET", path, fields = {}, file = "" }) => [
      ...[PYTHON, script("clients_h2_python.py"), String(port), certificate, method, path, file],
      JSON.stringify(fields),
    ],
    parse: parseHead,
  },
  "node:http2": {
    isHere: () => isInstalled("node"),
    command: ({ isTls, port, certificate }, { method = "GET", path, fields = {}, file = "" }) => [
      ...["node", script("clients_h2_node.mjs"), `${isTls ? "https" : "http"}://localhost:${port}`],
      ...[certificate, method, path, file, JSON.stringify(fields)],
    ],
    parse: parseHead,
  },
};

const site = await sharedHttp2Site();
let events = 0;

for (const [name, client] of Object.entries(CLIENTS)) {
  for (const [how, origin] of Object.entries(originsOf(site))) {
    const ask = async (asked: Asked) => {
      await using running = runClient(client.command(origin, asked));
      const { code, stdout, stderr } = await running.all();
      assertEquals(code, 0, stderr + stdout);
      return client.parse(stdout);
    };

    Deno.test({
      name: `${name} ${how}: a page, a range, storing, removing, a program, events as they come`,
      ignore: !client.isHere(),
      fn: async () => {
        const page = await ask({ path: "/" });
        assertEquals([page.status, page.text], [200, "<!DOCTYPE html><title>h2</title><p>A page"]);
        if (origin.isTls && page.protocol !== "") assertEquals(page.protocol, "h2");
        const whole = await ask({ path: "/large.bin" });
        assertEquals([whole.status, whole.text.length], [200, LARGE.length]);
        assert(whole.text === LARGE, "other content");
        const part = await ask({ path: "/large.bin", fields: { range: "bytes=100000-100015" } });
        assertEquals([part.status, part.text], [206, LARGE.slice(100_000, 100_016)]);
        assertEquals((await ask({ path: "/missing" })).status, 404);

        const file = `${site.folder}/sent.txt`;
        await Deno.writeTextFile(file, LARGE.slice(0, 150_000));
        const stored = await ask({ method: "PUT", path: "/files/kept.txt", file });
        assert(stored.status === 201, `${stored.status} ${stored.text}`);
        assert(await Deno.readTextFile(`${site.folder}/store/kept.txt`) === LARGE.slice(0, 150_000));
        assertEquals((await ask({ method: "DELETE", path: "/files/kept.txt" })).status, 204);
        assert(!isFile(`${site.folder}/store/kept.txt`));

        await Deno.writeTextFile(file, "sent");
        const answer = await ask({ method: "POST", path: "/cgi-bin/echo.sh", file });
        const https = origin.isTls ? "on" : "off";
        assertEquals([answer.status, answer.text], [200, `POST HTTP/2.0 ${https} sent`]);

        const go = String(++events);
        const asked = { path: `/cgi-bin/events.sh?${go}`, fields: { accept: "text/event-stream" } };
        await using running = runClient(client.command(origin, asked));
        await running.says("data: first\n");
        await Deno.writeTextFile(`${site.folder}/go-${go}`, "");
        const { code, stdout } = await running.all();
        assertEquals(code, 0);
        assertStringIncludes(client.parse(stdout).text.replaceAll(/\n+/g, "\n"), "data: first\ndata: second");
      },
    });
  }
}

for (const [how, origin] of Object.entries(originsOf(site))) {
  Deno.test({
    name: `h2load ${how}: every one of many streams at once is answered`,
    ignore: !isInstalled("h2load"),
    fn: async () => {
      const load = async (asked: Asked, count: number, status: string) => {
        const url = `${origin.isTls ? "https" : "http"}://127.0.0.1:${origin.port}${asked.path}`;
        await using running = runClient([
          ...["h2load", "-n", String(count), "-c", String(Math.min(count, 2)), "-m", "10"],
          ...(asked.method === undefined ? [] : ["-H", `:method: ${asked.method}`]),
          ...Object.entries(asked.fields ?? {}).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
          ...(asked.file === undefined ? [] : ["-d", asked.file]),
          url,
        ]);
        const { stdout } = await running.all();
        assertMatch(stdout, new RegExp(`, ${count} done, \\d+ succeeded, \\d+ failed, 0 errored, 0 timeout`));
        assertMatch(stdout, new RegExp(`\\b${count} ${status}\\b`));
        if (origin.isTls) assertStringIncludes(stdout, "Application protocol: h2\n");
      };
      await load({ path: "/" }, 10_000, "2xx");
      await load({ path: "/large.bin" }, 60, "2xx");
      await load({ path: "/large.bin", fields: { range: "bytes=9-99999" } }, 60, "2xx");
      await load({ path: "/missing" }, 60, "4xx");
      const file = `${site.folder}/load.txt`;
      await Deno.writeTextFile(file, LARGE.slice(0, 100_000));
      await load({ method: "PUT", path: "/files/load.txt", file }, 40, "2xx");
      assertEquals((await Deno.stat(`${site.folder}/store/load.txt`)).size, 100_000);
      await load({ path: "/cgi-bin/echo.sh", file }, 20, "2xx");
      await Deno.writeTextFile(`${site.folder}/go-load`, "");
      await load({ path: "/cgi-bin/events.sh?load" }, 20, "2xx");
      await load({ method: "DELETE", path: "/files/load.txt" }, 1, "2xx");
    },
  });
}
