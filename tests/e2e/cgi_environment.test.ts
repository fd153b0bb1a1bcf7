/**
 * What programs are told: their environment, their folder, their arguments, their path.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotMatch, assertStringIncludes } from "@std/assert";
import { ask, get } from "../support/ask.ts";
import { byProtocol, protocolOfTest, test } from "../support/protocols.ts";
import { exchange } from "../support/wire.ts";
import { assertLives, needsProc, PLAIN, sharedCgiServer } from "./cgi_support.ts";

const CANARY = "yellow-bird-4711";

const server = await sharedCgiServer({
  "environment.cgi": `#!/bin/sh\n${PLAIN}exec env\n`,
  "initial.cgi": `#!/bin/sh\n${PLAIN}tr '\\0' '\\n' < /proc/$$/environ\n`,
  "arguments.cgi": `#!/bin/sh\n${PLAIN}echo "$#"\nfor word; do echo "$word"; done\n`,
  "arguments.sh": `${PLAIN}echo "$#"\n`,
  "folder.cgi": `#!/bin/sh\n${PLAIN}pwd\ncat beside.txt\n`,
  "path.sh": `${PLAIN}printf '%s|%s|%s|%s' "$SCRIPT_NAME" "$PATH_INFO" "$PATH_TRANSLATED" "$REQUEST_URI"\n`,
  "a b.sh": `${PLAIN}printf '%s|%s' "$SCRIPT_NAME" "$PATH_INFO"\n`,
  "café.sh": `${PLAIN}printf '%s|%s' "$SCRIPT_NAME" "$REQUEST_URI"\n`,
  "descriptors.cgi": `#!/bin/sh\n${PLAIN}ls -l /proc/self/fd\n`,
  "signals.cgi": `#!/bin/sh\n${PLAIN}grep Sig /proc/self/status\n`,
  "session.cgi": `#!/bin/sh\n${PLAIN}echo $$ $(cut -d' ' -f5,6 /proc/$$/stat)\n`,
}, {
  files: {
    "cgi-bin/beside.txt": "found\n",
    "one.sh": `${PLAIN}printf '%s|%s|%s' "$SCRIPT_NAME" "$PATH_INFO" "$GIT_PROJECT_ROOT"\n`,
    "any/plain": `#!/bin/sh\n${PLAIN}echo "any: $PATH_INFO"\n`,
    "any/sub.folder/deep": `#!/bin/sh\n${PLAIN}echo "deep: $PATH_INFO"\n`,
    "listed/a.x": `${PLAIN}echo "listed $1"\n`,
  },
  env: { CANARY, HTTP_PROXY: `http://${CANARY}/`, http_proxy: `http://${CANARY}/` },
  server: `cgi_env: { FROM_SERVER: a, BOTH: a }`,
  location: "cgi: { .sh: sh, .cgi: true }, cgi_env: { FROM_LOCATION: b, BOTH: b, NUMBER: 1 }",
  locations: `/one/: { cgi_script: one.sh, cgi_env: { GIT_PROJECT_ROOT: /srv } }
      /exact/: { cgi_script: one.sh }
      "= /only": { cgi_script: one.sh }
      /any/: { alias: any, cgi: { "*": true } }
      /list/: { alias: listed, cgi: { .x: [sh, -e] } }
      /open/: { alias: cgi-bin, cgi: { .cgi: true }, cgi_pass_authorization: on }`,
});
for (const name of ["one.sh", "any/plain", "any/sub.folder/deep"]) {
  await Deno.chmod(`${server.folder}/${name}`, 0o755);
}
await Deno.writeTextFile(
  `${server.folder}/one.sh`,
  `#!/bin/sh\n${await Deno.readTextFile(`${server.folder}/one.sh`)}`,
);

/** The variables that a program sees. */
async function environment(target: string, fields: string, method = "GET"): Promise<Record<string, string>> {
  const response = await exchange(
    server.port,
    `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${fields}\r\n`,
  );
  assert(response);
  assertEquals(response.status, 200);
  const text = new TextDecoder().decode(response.body);
  return Object.fromEntries(text.trim().split("\n").map((line) => line.split(/=(.*)/, 2)));
}

test("a program is told about the request, the server and the client", async () => {
  const { REMOTE_PORT, SERVER_SOFTWARE, PATH, PWD: _, ...rest } = await environment(
    "/cgi-bin/environment.cgi/a%20b/c?d=e&f",
    "User-Agent: test\r\nCookie: a=1\r\nAccept: x\r\nCookie: b=2\r\nAccept: y\r\n",
  );
  assertMatch(REMOTE_PORT!, /^\d+$/);
  // By which they are found when the server cannot end them any more.
  const run = Deno.build.os === "linux" ? " \\([0-9a-f-]{36}\\)" : "";
  assertMatch(SERVER_SOFTWARE!, new RegExp(`^webserv/\\d+\\.\\d+\\.\\d+${run}$`));
  assertEquals(PATH, Deno.env.get("PATH"));
  assertEquals(rest, {
    GATEWAY_INTERFACE: "CGI/1.1",
    SERVER_NAME: "localhost",
    SERVER_PORT: String(server.port),
    SERVER_PROTOCOL: byProtocol("HTTP/1.1", "HTTP/2.0"),
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/cgi-bin/environment.cgi/a%20b/c?d=e&f",
    QUERY_STRING: "d=e&f",
    SCRIPT_NAME: "/cgi-bin/environment.cgi",
    SCRIPT_FILENAME: `${server.folder}/cgi-bin/environment.cgi`,
    DOCUMENT_ROOT: `${server.folder}/www`,
    PATH_INFO: "/a b/c",
    PATH_TRANSLATED: `${server.folder}/www/a b/c`,
    REMOTE_ADDR: "127.0.0.1",
    REMOTE_HOST: "127.0.0.1",
    REDIRECT_STATUS: "200",
    HTTP_HOST: "localhost",
    ...(protocolOfTest() === "HTTP/1.1" && { HTTP_CONNECTION: "close" }),
    HTTP_USER_AGENT: "test",
    HTTP_COOKIE: "a=1; b=2",
    HTTP_ACCEPT: "x, y",
    FROM_SERVER: "a",
    FROM_LOCATION: "b",
    BOTH: "b",
    NUMBER: "1",
  });
});

test("a program is told about a body", async () => {
  const fields = "Content-Type: text/x\r\nContent-Length: 0\r\n";
  const told = await environment("/cgi-bin/environment.cgi", fields, "POST");
  assertEquals([told.REQUEST_METHOD, told.CONTENT_TYPE, told.CONTENT_LENGTH], ["POST", "text/x", "0"]);
  assertEquals([told.HTTP_CONTENT_TYPE, told.HTTP_CONTENT_LENGTH], [undefined, undefined]);
});

test("secrets and fields that would pass for others do not reach a program", async () => {
  const fields = "Authorization: Basic x\r\nProxy-Authorization: Basic x\r\nProxy: http://evil.test/\r\n" +
    "X_A: evil\r\nX-B: caf\xc3\xa9\r\n";
  const told = await environment("/cgi-bin/environment.cgi", fields);
  for (
    const name of ["HTTP_AUTHORIZATION", "HTTP_PROXY_AUTHORIZATION", "HTTP_PROXY", "http_proxy", "HTTP_X_A"]
  ) {
    assertEquals(told[name], undefined, name);
  }
  assertEquals(told.HTTP_X_B, "café");
  const open = await environment("/open/environment.cgi", fields);
  assertEquals([open.HTTP_AUTHORIZATION, open.HTTP_PROXY_AUTHORIZATION], ["Basic x", undefined]);
});

test(needsProc("nothing of the server's own environment reaches a program").name, {
  ignore: needsProc("").ignore,
}, async () => {
  for (const name of ["environment", "initial"]) {
    const { text } = await ask(server.port, `/cgi-bin/${name}.cgi`);
    assertStringIncludes(text, "GATEWAY_INTERFACE=CGI/1.1");
    assert(!text.includes(CANARY), text);
    for (const variable of ["HOME", "USER", "DENO_"]) assert(!text.includes(`\n${variable}`), text);
  }
});

test("a query never becomes arguments, with or without a =", async () => {
  for (const query of ["a+b", "-s", "a%20b", "a=b", "", "-d+allow_url_include%3d1"]) {
    assertEquals(await get(server.port, `/cgi-bin/arguments.cgi?${query}`), "200 0\n");
    assertEquals(await get(server.port, `/cgi-bin/arguments.sh?${query}`), "200 0\n");
  }
});

test("a program runs in the folder that it is in", async () => {
  assertEquals(await get(server.port, "/cgi-bin/folder.cgi"), `200 ${server.folder}/cgi-bin\nfound\n`);
});

test(
  needsProc("a program has none of the server's descriptors, no ignored signals and a session of its own")
    .name,
  {
    ignore: needsProc("").ignore,
  },
  async () => {
    // Whoever started the server may have left it some that it does not know of.
    const descriptors = await get(server.port, "/cgi-bin/descriptors.cgi");
    assertMatch(descriptors, / 0 -> \/dev\/null\n/);
    assertNotMatch(descriptors, /socket:|eventpoll|eventfd|pidfd|\.cache/);
    const signals = await get(server.port, "/cgi-bin/signals.cgi");
    for (const kind of ["SigBlk", "SigIgn"]) {
      const mask = new RegExp(`${kind}:\\s+([0-9a-f]{16})\\n`).exec(signals)?.[1];
      // The real-time signals are the C library's own business.
      assertEquals(BigInt(`0x${mask}`) & 0x7fffffffn, 0n, kind);
    }
    const [pid, group, session] = (await get(server.port, "/cgi-bin/session.cgi")).slice(4).trim().split(" ");
    assertEquals([group, session], [pid, pid]);
  },
);

const PATHS: readonly (readonly [target: string, name: string, info: string])[] = [
  ["/cgi-bin/path.sh", "/cgi-bin/path.sh", ""],
  ["/cgi-bin/path.sh/", "/cgi-bin/path.sh", "/"],
  ["/cgi-bin/path.sh/a/b.sh/c", "/cgi-bin/path.sh", "/a/b.sh/c"],
  ["/cgi-bin/path.sh/caf%C3%A9/a%20b%3F%23", "/cgi-bin/path.sh", "/café/a b?#"],
  ["/cgi-bin/path.sh/a/../b//c", "/cgi-bin/path.sh", "/b/c"],
  ["/cgi-bin/%70ath.sh/x", "/cgi-bin/path.sh", "/x"],
];
for (const [target, name, info] of PATHS) {
  test(`the path ${target} is split and decoded for its program`, async () => {
    const translated = info === "" ? "" : `${server.folder}/www${info}`;
    const { body } = await ask(server.port, target);
    assertEquals(new TextDecoder().decode(body), `${name}|${info}|${translated}|${target}`);
  });
}

test("a program may have a name that must be encoded", async () => {
  assertEquals(await get(server.port, "/cgi-bin/a%20b.sh/x%20y"), "200 /cgi-bin/a b.sh|/x y");
  const { body } = await ask(server.port, "/cgi-bin/caf%C3%A9.sh");
  assertEquals(new TextDecoder().decode(body), "/cgi-bin/café.sh|/cgi-bin/caf%C3%A9.sh");
});

test("what a path may not have gets to no program", async () => {
  for (
    const [rest, status] of [["%00", 400], ["a%2Fb", 400], ["%zz", 400], ["../../../etc", 404], [
      "../.git",
      404,
    ]]
  ) {
    assertEquals((await ask(server.port, `/cgi-bin/path.sh/${rest}`)).status, status as number);
  }
  // Dots are a matter of names of files.
  assertEquals((await ask(server.port, "/cgi-bin/path.sh/.git")).status, 200);
});

test("one program answers everything below its location", async () => {
  assertEquals(await get(server.port, "/one/"), "200 /one|/|/srv");
  assertEquals(await get(server.port, "/one/a/b.git/info%20refs?x"), "200 /one|/a/b.git/info refs|/srv");
  assertEquals((await ask(server.port, "/one")).field("location"), "/one/");
  assertEquals(await get(server.port, "/only"), "200 /only||");
  assertEquals((await ask(server.port, "/only/more")).status, 404);
});

test("every executable file is a program where the configuration says so", async () => {
  assertEquals(await get(server.port, "/any/plain"), "200 any: \n");
  assertEquals(await get(server.port, "/any/plain/more"), "200 any: /more\n");
  assertEquals(await get(server.port, "/any/sub.folder/deep/x"), "200 deep: /x\n");
});

test("an interpreter may have words of its own", async () => {
  assertEquals(await get(server.port, "/list/a.x?b"), "200 listed \n");
});

test("the server still answers", () => assertLives(server, "/cgi-bin/arguments.sh"));
