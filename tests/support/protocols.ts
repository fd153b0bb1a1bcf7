/**
 * The switch with which the end-to-end tests run over HTTP/2 as well: `test()` registers a test once for each
 * protocol, and whatever connects meanwhile (`wire.ts`, `ask.ts`) speaks that. The same server answers both.
 *
 * @module
 */

export type Protocol = "HTTP/1.1" | "HTTP/2";

let current: Protocol = "HTTP/1.1";

/** What the test that runs now is to speak. Tests of one file never run at the same time. */
export const protocolOfTest = (): Protocol => current;

/** One value for HTTP/1.1 and another one for HTTP/2. */
export const byProtocol = <T>(http1: T, http2: T): T => current === "HTTP/1.1" ? http1 : http2;

/** Why a test says nothing of HTTP/2. */
export const HTTP1_ONLY = {
  connection: "what becomes of the connection is told by fields that HTTP/2 does not have",
  framing: "it is about the framing of HTTP/1.1: its grammar, chunks, lengths, 100 Continue",
  order: "requests on one connection are answered one after the other, as HTTP/2 does not",
  process: "it is about the program and its files, whatever is spoken",
  halves: "it sends or reads half of something, byte for byte",
  version: "it speaks HTTP/1.0",
} as const;

/** Files of end-to-end tests that run over HTTP/1.1 alone, and why; all others use {@link test}. */
export const HTTP1_FILES: Readonly<Record<string, string>> = (() => {
  const reasons = {
    "the framing and the connections of HTTP/1.1; those of HTTP/2 are in tests/http2":
      "cgi_dripping connections_keepalive connections_leaving connections_uploads refusals_bodies " +
      "proxy_hostile_clients refusals_grammar refusals_time",
    "clients that choose their protocol themselves; those that speak HTTP/2 are in clients_h2_*":
      "browser bucket_browser cgi_debug_page hostile_pages live_browser live_pictures inspector_guard inspector_page cgi_git clients_curl clients_mirror clients_python clients_refused " +
      "coding_clients demo demo_pages " +
      "dav_clients resumable_page manage_page store_clients tls_scan tunnels_websockets upload_page listing_page",
    "the program and its processes, whatever is spoken":
      "access_files app app_vite cli_beside cli_beside_terminal cli_file cli_init cli_lan cli_messages cli_ports cli_passwd cli_ready cli_serve " +
      "cli_start connections_shutdown live_build debugger executable explain fastcgi_pools inspector_process killed permissions process_one " +
      "reload " +
      "reload_load resumable_trials sandbox sandbox_gaps signals store_ends terminal tunnels_reload " +
      "unread_logs workers cli_health container_image environment_port read_only service_notices service_stop systems",
    "TLS, over which the tests speak both protocols themselves":
      "https_certificates https_connections https_descriptors https_stalls local_authority trust",
    "which sockets there are, whatever is spoken on them": "endpoints",
    "memory under large transfers, which their clients count by HTTP/1.1":
      "cgi_memory fastcgi_memory memory store_memory",
  };
  return Object.fromEntries(
    Object.entries(reasons).flatMap(([reason, files]) =>
      files.split(" ").map((file) => [`${file}.test.ts`, reason])
    ),
  );
})();

type Body = (context: Deno.TestContext) => void | Promise<void>;

interface Options {
  readonly ignore?: boolean;
  readonly sanitizeOps?: boolean;
  readonly sanitizeResources?: boolean;
}

interface Definition extends Options {
  readonly name: string;
  readonly fn: Body;
}

/** As Deno.test() takes it. */
type Arguments = [name: string, fn: Body] | [name: string, options: Options, fn: Body] | [Definition];

function definitionOf(given: Arguments): Definition {
  if (given.length === 1) return given[0];
  return given.length === 2
    ? { name: given[0], fn: given[1] }
    : { name: given[0], ...given[1], fn: given[2] };
}

/** Registers a test over HTTP/1.1 and over HTTP/2. */
export function test(...given: Arguments): void {
  const { name, fn, ...options } = definitionOf(given);
  Deno.test({ ...options, name, fn });
  Deno.test({ ...options, name: `${name} over HTTP/2`, fn: overHttp2(fn) });
}

/** Registers a test that has nothing to say over HTTP/2, and says why. */
export function http1Test(_why: keyof typeof HTTP1_ONLY, ...given: Arguments): void {
  Deno.test({ ...definitionOf(given) });
}

function overHttp2(fn: Body): Body {
  return async (context) => {
    current = "HTTP/2";
    try {
      await fn(context);
    } finally {
      current = "HTTP/1.1";
    }
  };
}
