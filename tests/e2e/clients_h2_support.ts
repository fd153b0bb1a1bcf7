/**
 * What the tests of HTTP/2's clients have in common: a site over TLS and without, and clients that are programs.
 *
 * @module
 */
import { freePort } from "../../lib/runtime/free_port.ts";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { makeCertificate, NO_TLS, type TestCertificate } from "../support/certificates.ts";
import { end, Output, startServer, type TestServer } from "../support/server.ts";

/** True if there is a program of this name in PATH. */
export function isInstalled(program: string): boolean {
  return findProgram(program, Deno.env.get("PATH") ?? "") !== undefined;
}

/** Whether what is tested can serve TLS, and there is a certificate for it. */
export const HAS_TLS = isInstalled("openssl") && !NO_TLS;

/** The content of /large.bin: long enough for many frames. */
export const LARGE = "0123456789abcdef".repeat(20_000);

/** A program that says one event, and the other one when the file that its query names is there. */
const EVENTS = `printf 'Content-Type: text/event-stream\\n\\ndata: first\\n\\n'
while [ ! -e "../go-$QUERY_STRING" ]; do sleep 0.02; done
printf 'data: second\\n\\n'
`;

const ECHO =
  `printf 'Content-Type: text/plain\\n\\n%s %s %s ' "$REQUEST_METHOD" "$SERVER_PROTOCOL" "\${HTTPS:-off}"
cat
`;

/** A site on a plain and on a TLS address. */
export interface Http2Site extends TestServer {
  readonly plain: number;
  readonly tls: number;
  readonly certificate: string;
}

/** Starts one, with a store at /files/ and programs at /cgi-bin/. */
export async function startHttp2Site(): Promise<Http2Site> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-test-" });
  try {
    const files = HAS_TLS ? await makeCertificate(folder, "one") : undefined;
    const server = await startServer({
      config: `access_log: off
servers:
  - { listen: LISTEN, ${SITE} }
${files ? `  - { listen: "127.0.0.1:${freePort()} ssl", ${keysOf(files)}, ${SITE} }` : ""}
`,
      files: {
        "www/index.html": "<!DOCTYPE html><title>h2</title><p>A page",
        "www/large.bin": LARGE,
        "cgi-bin/events.sh": EVENTS,
        "cgi-bin/echo.sh": ECHO,
        store: null,
      },
    });
    return {
      ...server,
      plain: portOf(server, "http"),
      tls: portOf(server, "https"),
      certificate: files?.certificateFile ?? "",
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await Deno.remove(folder, { recursive: true });
      },
    };
  } catch (error) {
    await Deno.remove(folder, { recursive: true });
    throw error;
  }
}

const portOf = (server: TestServer, scheme: string) =>
  Number(new RegExp(`listening on ${scheme}://\\S*:(\\d+)/`).exec(server.output().stderr)?.[1]);

const SITE = "root: www, locations: { /files/: { upload_store: store, overwrite: on }, " +
  "/cgi-bin/: { alias: cgi-bin, cgi: { .sh: sh } } }";

const keysOf = ({ certificateFile, keyFile }: TestCertificate) =>
  `ssl_certificate: ${certificateFile}, ssl_certificate_key: ${keyFile}`;

/** One site for all tests of a file, ended after the last of them. */
export async function sharedHttp2Site(): Promise<Http2Site> {
  const site = await startHttp2Site();
  Deno.test.afterAll(async () => await site[Symbol.asyncDispose]());
  return site;
}

/** Where a client is to ask. */
export interface Origin {
  readonly isTls: boolean;
  readonly port: number;
  /** Of the authority, or empty. */
  readonly certificate: string;
}

/** The site's addresses, by what tests call them. */
export function originsOf({ plain, tls, certificate }: Http2Site): Readonly<Record<string, Origin>> {
  return {
    ...(HAS_TLS && { "over TLS": { isTls: true, port: tls, certificate } }),
    "by prior knowledge": { isTls: false, port: plain, certificate: "" },
  };
}

/** What a client is to ask for. */
export interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** A file to be sent. */
  readonly file?: string;
}

/** A program that runs, and what it has said so far. */
export interface RunningClient extends AsyncDisposable {
  /** Resolves when standard output has it. */
  says(text: string | RegExp): Promise<void>;
  /** All that it has said at its end. */
  all(): Promise<{ code: number; stdout: string; stderr: string }>;
}

/** Starts a client. */
export function runClient(command: readonly string[]): RunningClient {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const said = new Output(child);
  return {
    says: (text) => said.waitFor(text, ["stdout"]),
    all: async () => ({ code: await said.status, stdout: said.stdout, stderr: said.stderr }),
    async [Symbol.asyncDispose]() {
      await end(child);
      await said.status;
    },
  };
}
