import { assertEquals, assertNotMatch } from "@std/assert";
import { cgiEnvironment, type EnvironmentOptions, type Script } from "../../lib/cgi_protocol/environment.ts";
import { fakeRequest, type FakeRequestOptions } from "../cgi/fakes.ts";

const SCRIPT: Script = { file: "/srv/cgi-bin/a.py", name: "/cgi-bin/a.py", pathInfo: "" };
const OPTIONS: EnvironmentOptions = {
  documentRoot: "/srv/www",
  searchPath: "/usr/local/bin:/usr/bin",
  software: "webserv/1.2.3",
  passAuthorization: false,
  extra: {},
  contentLength: undefined,
};

/** The environment for a request that differs from a plain GET in the given ways. */
function environment(
  request: FakeRequestOptions = {},
  script: Partial<Script> = {},
  options: Partial<EnvironmentOptions> = {},
): Record<string, string> {
  return cgiEnvironment(fakeRequest(request).request, { ...SCRIPT, ...script }, { ...OPTIONS, ...options });
}

const PLAIN: Readonly<Record<string, string>> = {
  GATEWAY_INTERFACE: "CGI/1.1",
  SERVER_SOFTWARE: "webserv/1.2.3",
  SERVER_NAME: "localhost",
  SERVER_PORT: "8080",
  SERVER_PROTOCOL: "HTTP/1.1",
  REQUEST_METHOD: "GET",
  REQUEST_URI: "/cgi-bin/a.py",
  QUERY_STRING: "",
  SCRIPT_NAME: "/cgi-bin/a.py",
  SCRIPT_FILENAME: "/srv/cgi-bin/a.py",
  DOCUMENT_ROOT: "/srv/www",
  REMOTE_ADDR: "192.0.2.7",
  REMOTE_HOST: "192.0.2.7",
  REMOTE_PORT: "54321",
  REDIRECT_STATUS: "200",
  PATH: "/usr/local/bin:/usr/bin",
  HTTP_HOST: "localhost",
};

Deno.test("cgiEnvironment() gives a plain GET exactly these variables", () => {
  assertEquals(environment(), PLAIN);
});

Deno.test("cgiEnvironment() lets nothing of the server's own environment in", () => {
  Deno.env.set("WEBSERV_TEST_CANARY", "sings");
  try {
    assertEquals(environment(), PLAIN);
  } finally {
    Deno.env.delete("WEBSERV_TEST_CANARY");
  }
});

interface Case {
  readonly title: string;
  readonly request?: FakeRequestOptions;
  readonly script?: Partial<Script>;
  readonly options?: Partial<EnvironmentOptions>;
  /** What is added to or changed in the plain environment; undefined where a variable must be missing. */
  readonly expected: Readonly<Record<string, string | undefined>>;
}

const fields = (...pairs: readonly (readonly [string, string])[]): FakeRequestOptions => ({
  fields: [["Host", "localhost"], ...pairs],
});

const CASES: readonly Case[] = [
  {
    title: "who has logged in, whatever a client says of it, and not the password",
    request: fields(["Authorization", "Basic YTpi"], ["Remote-User", "root"]),
    options: { user: "anna" },
    expected: {
      REMOTE_USER: "anna",
      AUTH_TYPE: "Basic",
      HTTP_REMOTE_USER: "root",
      HTTP_AUTHORIZATION: undefined,
    },
  },
  {
    title: "nobody, where nobody has logged in",
    request: fields(["Authorization", "Basic YTpi"]),
    expected: { REMOTE_USER: undefined, AUTH_TYPE: undefined },
  },
  {
    title: "the method as it is",
    request: { method: "POST" },
    expected: { REQUEST_METHOD: "POST" },
  },
  {
    title: "HTTP/1.0",
    request: { version: "HTTP/1.0" },
    expected: { SERVER_PROTOCOL: "HTTP/1.0" },
  },
  {
    title: "the query, still encoded",
    request: { query: "a=1&b=%20+%26" },
    expected: { QUERY_STRING: "a=1&b=%20+%26", REQUEST_URI: "/cgi-bin/a.py?a=1&b=%20+%26" },
  },
  {
    title: "an empty query, which differs from none only in the URI",
    request: { query: "" },
    expected: { QUERY_STRING: "", REQUEST_URI: "/cgi-bin/a.py?" },
  },
  {
    title: "the rest of the path, decoded, and the URI, encoded",
    request: { path: "/cgi-bin/a.py/caf%C3%A9/a%20b" },
    script: { pathInfo: "/café/a b" },
    expected: {
      PATH_INFO: "/café/a b",
      PATH_TRANSLATED: "/srv/www/café/a b",
      REQUEST_URI: "/cgi-bin/a.py/caf%C3%A9/a%20b",
    },
  },
  {
    title: "a single slash as the rest of the path",
    script: { pathInfo: "/" },
    expected: { PATH_INFO: "/", PATH_TRANSLATED: "/srv/www/" },
  },
  {
    title: "a script's name, decoded",
    script: { name: "/cgi-bin/a b.py", file: "/srv/cgi-bin/a b.py" },
    expected: { SCRIPT_NAME: "/cgi-bin/a b.py", SCRIPT_FILENAME: "/srv/cgi-bin/a b.py" },
  },
  {
    title: "the empty name of a program at the root",
    script: { name: "", pathInfo: "/x" },
    expected: { SCRIPT_NAME: "", PATH_INFO: "/x", PATH_TRANSLATED: "/srv/www/x" },
  },
  {
    title: "the host that was asked for",
    request: { host: "www.example.test", ...fields() },
    expected: { SERVER_NAME: "www.example.test" },
  },
  {
    title: "an IPv6 host in brackets",
    request: { host: "::1", fields: [["Host", "[::1]:8080"]] },
    expected: { SERVER_NAME: "[::1]", HTTP_HOST: "[::1]:8080" },
  },
  {
    title: "our own address where HTTP/1.0 names no host",
    request: { host: "", version: "HTTP/1.0", fields: [] },
    expected: { SERVER_NAME: "127.0.0.1", SERVER_PROTOCOL: "HTTP/1.0", HTTP_HOST: undefined },
  },
  {
    title: "our own IPv6 address in brackets where HTTP/1.0 names no host",
    request: { host: "", version: "HTTP/1.0", fields: [], local: { hostname: "::1", port: 81 } },
    expected: {
      SERVER_NAME: "[::1]",
      SERVER_PORT: "81",
      SERVER_PROTOCOL: "HTTP/1.0",
      HTTP_HOST: undefined,
    },
  },
  {
    title: "a client's IPv6 address without brackets",
    request: { remote: { hostname: "2001:db8::1", port: 9 } },
    expected: { REMOTE_ADDR: "2001:db8::1", REMOTE_HOST: "2001:db8::1", REMOTE_PORT: "9" },
  },
  {
    title: "the length of a body, and no HTTP_CONTENT_LENGTH",
    request: fields(["Content-Length", "12"]),
    options: { contentLength: 12 },
    expected: { CONTENT_LENGTH: "12" },
  },
  {
    title: "the length of an empty body",
    request: fields(["Content-Length", "0"]),
    options: { contentLength: 0 },
    expected: { CONTENT_LENGTH: "0" },
  },
  {
    title: "the length of what was chunked, and nothing of the chunks",
    request: fields(["Transfer-Encoding", "chunked"]),
    options: { contentLength: 7 },
    expected: { CONTENT_LENGTH: "7", HTTP_TRANSFER_ENCODING: undefined },
  },
  {
    title: "the type of a body, and no HTTP_CONTENT_TYPE",
    request: fields(["Content-Type", "text/plain; charset=utf-8"]),
    expected: { CONTENT_TYPE: "text/plain; charset=utf-8" },
  },
  {
    title: "fields in capitals, with underscores for hyphens",
    request: fields(["User-Agent", "test"], ["x-a-b1", "c"]),
    expected: { HTTP_USER_AGENT: "test", HTTP_X_A_B1: "c" },
  },
  {
    title: "a field that came several times, joined by commas in its order, whatever its case",
    request: fields(["Accept", "a"], ["X-Other", "z"], ["ACCEPT", "b"], ["accept", "c, d"]),
    expected: { HTTP_ACCEPT: "a, b, c, d", HTTP_X_OTHER: "z" },
  },
  {
    title: "several Cookie fields, joined by semicolons",
    request: fields(["Cookie", "a=1"], ["cookie", "b=2; c=3"]),
    expected: { HTTP_COOKIE: "a=1; b=2; c=3" },
  },
  {
    title: "an empty field",
    request: fields(["X-Empty", ""]),
    expected: { HTTP_X_EMPTY: "" },
  },
  {
    title: "never Proxy, in whatever case",
    request: fields(["Proxy", "http://evil.test/"], ["PROXY", "http://evil.test/"]),
    expected: { HTTP_PROXY: undefined },
  },
  {
    title: "never Proxy-Authorization, even where Authorization is asked for",
    request: fields(["Proxy-Authorization", "Basic x"]),
    options: { passAuthorization: true },
    expected: { HTTP_PROXY_AUTHORIZATION: undefined },
  },
  {
    title: "no Authorization",
    request: fields(["Authorization", "Basic x"]),
    expected: { HTTP_AUTHORIZATION: undefined },
  },
  {
    title: "Authorization where it is asked for",
    request: fields(["Authorization", "Basic x"]),
    options: { passAuthorization: true },
    expected: { HTTP_AUTHORIZATION: "Basic x" },
  },
  {
    title: "no field with an underscore, which would pass for another",
    request: fields(["X_Forwarded_For", "evil"], ["X-Forwarded-For", "good"], ["content_type", "evil"]),
    expected: { HTTP_X_FORWARDED_FOR: "good" },
  },
  {
    title: "no field with characters that no variable has",
    request: fields(["X.Dot", "a"], ["X!", "b"], ["X~Tilde", "c"], ["X'", "d"]),
    expected: {},
  },
  {
    title: "UTF-8 as the text that it is",
    request: fields(["X-Name", "caf\xc3\xa9 \xe2\x82\xac"]),
    expected: { HTTP_X_NAME: "café €" },
  },
  {
    title: "bytes that are no UTF-8 as their ISO 8859-1 characters",
    request: fields(["X-Name", "caf\xe9"], ["Content-Type", "text/\xe9"]),
    expected: { HTTP_X_NAME: "café", CONTENT_TYPE: "text/é" },
  },
  {
    title: "cgi_env",
    options: { extra: { GIT_PROJECT_ROOT: "/srv/git", EMPTY: "" } },
    expected: { GIT_PROJECT_ROOT: "/srv/git", EMPTY: "" },
  },
  {
    title: "cgi_env before anything else",
    request: { query: "a" },
    options: { extra: { PATH: "/opt", QUERY_STRING: "b", HTTP_HOST: "c", REDIRECT_STATUS: "1" } },
    expected: {
      PATH: "/opt",
      QUERY_STRING: "b",
      HTTP_HOST: "c",
      REDIRECT_STATUS: "1",
      REQUEST_URI: "/cgi-bin/a.py?a",
    },
  },
];

for (const { title, request, script, options, expected } of CASES) {
  Deno.test(`cgiEnvironment() gives ${title}`, () => {
    const wanted = Object.entries({ ...PLAIN, ...expected }).filter(([, value]) => value !== undefined);
    assertEquals(environment(request, script, options), Object.fromEntries(wanted) as Record<string, string>);
  });
}

Deno.test("cgiEnvironment() makes no variable that a program would take for a setting", () => {
  const names = ["Proxy", "proxy", "pRoXy", "Proxy_", "_Proxy", "Proxy-", "LD_PRELOAD", "PATH"];
  const result = environment(fields(...names.map((name) => [name, "evil"] as const)));
  assertEquals(result.PATH, PLAIN.PATH);
  assertEquals(result.HTTP_PROXY, undefined);
  for (const name of Object.keys(result)) assertNotMatch(name, /^(?!HTTP_).*(?:PRELOAD|PROXY)/);
});
