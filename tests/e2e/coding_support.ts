/**
 * A server with content of every kind, for the tests of content codings: files, files with others beside them, programs
 * of both kinds, and another server.
 *
 * @module
 */
import { isAtLeast } from "../../lib/runtime/version.ts";
import { ask } from "../support/ask.ts";
import { temporaryFolder } from "../support/launch.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { needsFcgiwrap, startFcgiwrap } from "./fastcgi_support.ts";
import { byPath, TestUpstream } from "./proxy_support.ts";
import zlib from "node:zlib";

export type Coding = "zstd" | "br" | "gzip" | undefined;

/** Not every Deno before 2.9 can make zstd, and neither can every executable: which it was made with only it can tell. */
export const MAKES_ZSTD = Deno.env.get("WEBSERV") === undefined ? isAtLeast(2, 9) : await makesZstd();

async function makesZstd(): Promise<boolean> {
  await using server = await startServer({
    config: "servers: [{ listen: LISTEN, root: . }]",
    files: { "page.txt": "a page that is long enough\n".repeat(20) },
  });
  const { field } = await ask(server.port, "/page.txt", { fields: { "Accept-Encoding": "zstd" } });
  return field("content-encoding") === "zstd";
}

/** Those that the server can make, as it prefers them. */
export const CODINGS: readonly NonNullable<Coding>[] = MAKES_ZSTD ? ["zstd", "br", "gzip"] : ["br", "gzip"];

/** What each path has, whatever it is coded in. */
export const SHORT = "too short for it\n";
export const PAGE = Array.from({ length: 300 }, (_, i) => `<p>line ${i} of a page that has many</p>\n`).join(
  "",
);
export const LARGE = Array.from({ length: 32_000 }, (_, i) => `line ${i % 100} of a large file with many\n`)
  .join("");

/** Whatever is beside a file can be told from what would be made of it. */
export const besideOf = (coding: string) => `${coding} beside ${PAGE}`;

const encoder = new TextEncoder();
const SIDECARS = {
  zst: (text: string) => new Uint8Array(zlib.zstdCompressSync(text)),
  br: (text: string) => new Uint8Array(zlib.brotliCompressSync(text)),
  gz: (text: string) => new Uint8Array(zlib.gzipSync(encoder.encode(text))),
};
const ENDINGS = { zst: "zstd", br: "br", gz: "gzip" } as const;

/** A program whose page has a tag, and which says 304 where it is told that one. */
const PROGRAM = `#!/bin/sh
if [ "$HTTP_IF_NONE_MATCH" = '"v1"' ]; then printf 'Status: 304\\nETag: "v1"\\n\\n'; exit; fi
printf 'Content-Type: text/html\\nETag: "v1"\\n\\n'
[ "$REQUEST_METHOD" = HEAD ] || cat "$(dirname "$SCRIPT_FILENAME")/../www/page.html"
`;

/** A program whose events come when files of their names are there. */
const EVENTS = `#!/bin/sh
printf 'Content-Type: text/event-stream\\n\\n'
for i in 1 2 3; do
  printf 'data: %s\\n\\n' $i
  until [ -e "$(dirname "$SCRIPT_FILENAME")/$QUERY_STRING.$i" ]; do sleep 0.02; done
done
`;

/** Its servers end with its disposal. */
export interface CodingServer extends AsyncDisposable {
  readonly server: TestServer;
  readonly upstream: TestUpstream;
  readonly hasFastcgi: boolean;
}

/** Starts the server. @param upstreamAnswers by path, besides the page */
export async function startCodingServer(
  upstreamAnswers: Parameters<typeof byPath>[0] = {},
): Promise<CodingServer> {
  await using resources = new AsyncDisposableStack();
  const folder = resources.use(await temporaryFolder());
  const hasFastcgi = !needsFcgiwrap("").ignore;
  const wrap = hasFastcgi ? resources.use(await startFcgiwrap(folder.path)) : undefined;
  const upstream = resources.use(TestUpstream.tcp(byPath({ "/proxied/page": sayPage, ...upstreamAnswers })));
  const files: Record<string, string | Uint8Array> = {
    "www/short.txt": SHORT,
    "www/page.html": PAGE,
    "www/newer.html": PAGE,
    "www/older.html": PAGE,
    "www/large.txt": LARGE,
    "www/picture.png": PAGE,
    "cgi/page.sh": PROGRAM,
    "cgi/events.sh": EVENTS,
    "cgi/endless.sh":
      "#!/bin/sh\necho $$ > endless.pid\nprintf 'Content-Type: text/event-stream\\n\\ndata: 1\\n\\n'\nexec sleep 60\n",
    "cgi/broken.sh":
      "#!/bin/sh\nprintf 'Content-Type: text/plain\\nContent-Length: 1000\\n\\nIt begins well.\\n'\n",
    "www/store/file.html": PAGE,
  };
  for (const name of ["newer", "older"]) {
    for (const ending of ["zst", "br", "gz"] as const) {
      files[`www/${name}.html.${ending}`] = SIDECARS[ending](besideOf(ENDINGS[ending]));
    }
  }
  const server = resources.use(
    await startServer({
      config: `access_log: off
servers:
  - listen: LISTEN
    root: www
    locations:
      /cgi/: { alias: cgi, cgi: { .sh: sh } }
      ${
        wrap
          ? `/fastcgi/: { alias: cgi, fastcgi: { .sh: "unix:${wrap.socket}" }, cgi_env: { NO_BUFFERING: "1" } }`
          : ""
      }
      /proxied/: { proxy_pass: "http://127.0.0.1:${upstream.port}" }
      /store/: { alias: www/store, upload_store: www/store, allowed_methods: [GET, PUT] }
`,
      files,
    }),
  );
  for (const name of ["page.sh", "events.sh", "endless.sh", "broken.sh"]) {
    await Deno.chmod(`${server.folder}/cgi/${name}`, 0o755);
  }
  // Content is kept once the times of its file are some moments old.
  const past = new Date(Date.now() - 60_000), longAgo = new Date(Date.now() - 120_000);
  for (const name of Object.keys(files)) {
    const time = name.startsWith("www/older.html.") ? longAgo : past;
    await Deno.utime(`${server.folder}/${name}`, time, time);
  }
  const owned = resources.move();
  return { server, upstream, hasFastcgi, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function sayPage(peer: { say(text: string): Promise<void> }, head: string): Promise<void> {
  if (/^if-none-match: "v1"\r$/im.test(head)) {
    await peer.say('HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n');
  } else {
    const fields =
      `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "v1"\r\nContent-Length: ${PAGE.length}\r\n\r\n`;
    await peer.say(head.startsWith("HEAD ") ? fields : fields + PAGE);
  }
}
