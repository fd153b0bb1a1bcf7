/**
 * Where large chunked bodies wait: a folder that is cleaned away, that cannot be made, that somebody else has laid.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { test } from "../support/protocols.ts";
import { toText, WireClient } from "../support/wire.ts";
import { temporaryFolder } from "../support/launch.ts";
import { assertLogged, cgiServer, PLAIN } from "./cgi_support.ts";

const ignore = Deno.build.os === "windows";
const LARGE = 600_000;

/** The status and the content for a body that is too large for memory. */
async function post(port: number): Promise<readonly [number | undefined, string | undefined]> {
  using client = await WireClient.connect(port);
  await client.send(
    "POST /cgi-bin/count.sh HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  await client.send(`${LARGE.toString(16)}\r\n${"x".repeat(LARGE)}\r\n0\r\n\r\n`);
  const response = await client.response();
  return [response?.status, response && toText(response.body).trim()];
}

test({
  name:
    "a large body finds its folder: missing at the start, cleaned away while the server runs, laid by others",
  ignore,
  fn: async () => {
    await using temporary = await temporaryFolder();
    const above = `${temporary.path}/tmp`, folder = `${above}/webserv-spool-${Deno.uid()}`;
    await using server = await cgiServer({ "count.sh": `${PLAIN}wc -c\n` }, { env: { TMPDIR: above } });
    assertStringIncludes(
      server.output().stderr,
      `warning: ${above} does not exist, and large chunked bodies for programs will be answered 500: set TMPDIR`,
    );
    assertEquals((await post(server.port))[0], 500);
    await assertLogged(server, `${folder}: failed (for large bodies; it cannot be made (No such file`);
    await Deno.mkdir(above);
    for (let round = 0; round < 3; round++) {
      assertEquals(await post(server.port), [200, String(LARGE)]);
      await Deno.remove(folder);
    }
    await Deno.mkdir(`${temporary.path}/elsewhere`);
    await Deno.symlink(`${temporary.path}/elsewhere`, folder);
    assertEquals((await post(server.port))[0], 500);
    await assertLogged(
      server,
      `${folder}: failed (for large bodies; it is no folder: remove it, or set TMPDIR`,
    );
  },
});
