import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { findProgram } from "../../lib/runtime/find_program.ts";
import { hasBrowser, startBrowser } from "../support/browser.ts";
import { folderWith, forge, newAuthority, type Pair, run, startTlsServer } from "./support.ts";

const hasCertutil = findProgram("certutil", "/usr/bin:/bin") !== undefined;

/** Nobody may believe it, though the authority has signed it. */
const STRANGERS = "example.com";

Deno.test("curl believes a certificate for this machine, and none for a name of the internet", async () => {
  const { stored, authority } = newAuthority();
  await using folder = await folderWith({ "ca.pem": authority.pem });
  const ask = (port: number, host: string, more: readonly string[] = []) =>
    run("curl", [
      ..."-sS --noproxy * --max-time 20 --cacert".split(" "),
      folder.at("ca.pem"),
      ...more,
      `https://${host}:${port}/`,
    ]);
  const own = authority.sign(["localhost", "127.0.0.1", "phone.local"], Date.now());
  await using good = await startTlsServer(own);
  for (const host of ["localhost", "127.0.0.1", "phone.local"]) {
    const { success, text } = await ask(good.port, host, ["--resolve", `*:${good.port}:127.0.0.1`]);
    assert(success, `${host}: ${text}`);
    assertStringIncludes(text, "Protocol");
  }
  await using bad = await startTlsServer(forge(stored, [STRANGERS]));
  const refused = await ask(bad.port, STRANGERS, ["--resolve", `${STRANGERS}:${bad.port}:127.0.0.1`]);
  assertEquals(refused.success, false);
  assertStringIncludes(refused.text, "permitted subtree violation");
});

/** A browser of a user who trusts the authority. */
async function trustingBrowser(ca: string, flags: readonly string[]) {
  const folder = await folderWith({ "ca.pem": ca });
  const store = folder.at("home/.pki/nssdb");
  await Deno.mkdir(store, { recursive: true });
  for (
    const args of [
      ["-N", "--empty-password", "-d", `sql:${store}`],
      ["-A", "-d", `sql:${store}`, "-t", "C,,", "-n", "webserv", "-i", folder.at("ca.pem")],
    ]
  ) {
    const { success, text } = await run("certutil", args);
    assert(success, text);
  }
  const browser = await startBrowser(flags, { HOME: folder.at("home") });
  return {
    browser,
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

Deno.test({
  name: "Chromium believes a certificate for this machine, and none for a name of the internet",
  ignore: !hasBrowser() || !hasCertutil,
  async fn() {
    const { stored, authority } = newAuthority();
    const own: Pair = authority.sign(["localhost", "127.0.0.1", "a.localhost", "phone.local"], Date.now());
    await using bad = await startTlsServer(forge(stored, [STRANGERS]));
    await using worse = await startTlsServer(forge(stored, ["8.8.8.8"]));
    await using trusting = await trustingBrowser(authority.pem, [
      `--host-resolver-rules=MAP * 127.0.0.1`,
    ]);
    const { page } = await trusting.browser.open();
    for (const host of ["localhost", "127.0.0.1", "a.localhost", "phone.local"]) {
      // One for each page: it serves one connection after the other, and the browser may keep one that it does not use.
      await using good = await startTlsServer(own);
      const response = await page.goto(`https://${host}:${good.port}/`);
      assertEquals(response?.status(), 200, host);
      assertEquals(await page.evaluate("isSecureContext"), true, host);
    }
    for (const [host, port] of [[STRANGERS, bad.port], ["8.8.8.8", worse.port]] as const) {
      const error = await assertRejects(() => page.goto(`https://${host}:${port}/`), Error);
      assertMatch(error.message, /ERR_CERT_(?:AUTHORITY_)?INVALID/, host);
    }
    // Without the constraints in the way the same name would be believed: the resolver's rule works.
    await using other = await startTlsServer(own);
    const wrong = await assertRejects(() => page.goto(`https://${STRANGERS}:${other.port}/`), Error);
    assertStringIncludes(wrong.message, "ERR_CERT_COMMON_NAME_INVALID");
  },
});

Deno.test({
  name: "Chromium does not believe the authority of a user who has not trusted it",
  ignore: !hasBrowser() || !hasCertutil,
  async fn() {
    const { authority } = newAuthority(), { authority: other } = newAuthority();
    await using server = await startTlsServer(authority.sign(["localhost"], Date.now()));
    await using trusting = await trustingBrowser(other.pem, []);
    const { page } = await trusting.browser.open();
    const error = await assertRejects(() => page.goto(`https://localhost:${server.port}/`), Error);
    assertStringIncludes(error.message, "ERR_CERT_AUTHORITY_INVALID");
  },
});
