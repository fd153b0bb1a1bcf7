import { assertEquals } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import { OwnAuthority } from "../../lib/cli/own_authority.ts";

const UNTRUSTED = "browsers of this machine do not trust its certificate yet: webserv trust has them do so";
const PHONES = "phones learn to trust it at http://192.168.1.20:8443/.webserv/ca";

/** What is said, once the authority was opened. */
async function notes(listen: string, own: readonly string[], isTrusted: boolean): Promise<string[]> {
  const folder = await Deno.makeTempDir({ prefix: "webserv-authority-" });
  const before = Deno.env.get("WEBSERV_DATA");
  Deno.env.set("WEBSERV_DATA", folder);
  await Deno.chmod(folder, 0o700);
  try {
    const first = new OwnAuthority();
    const { files, authority } = await first.open();
    if (isTrusted) files.setInstalled(authority.description.fingerprint);
    const next = new OwnAuthority();
    await next.open();
    const { config } = decodeConfig(`servers: [{ listen: "${listen}", root: a }]`, "/site/webserv.yaml");
    const said = next.notes(config!, own);
    assertEquals(next.notes(config!, own), [], "twice");
    return said;
  } finally {
    if (before === undefined) Deno.env.delete("WEBSERV_DATA");
    else Deno.env.set("WEBSERV_DATA", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a start says what is to be done until the authority is trusted, and where phones find it", async () => {
  const local = ["192.168.1.20", "fd00::2"];
  const table: [listen: string, own: readonly string[], isTrusted: boolean, said: string[]][] = [
    ["127.0.0.1:8443 ssl", local, false, [UNTRUSTED]],
    ["127.0.0.1:8443 ssl", local, true, []],
    ["0.0.0.0:8443 ssl", local, false, [`${UNTRUSTED}; ${PHONES}`]],
    ["0.0.0.0:8443 ssl", local, true, [PHONES]],
    ["0.0.0.0:8443 ssl", [], true, []],
    ["0.0.0.0:8443 ssl", ["203.0.113.5"], true, [
      "no certificate of the local authority is for 203.0.113.5: that is no local address",
    ]],
  ];
  for (const [listen, own, isTrusted, said] of table) {
    assertEquals(await notes(listen, own, isTrusted), said, `${listen} ${own} ${isTrusted}`);
  }
});

Deno.test("nothing is said of an authority that no server needs", () => {
  const { config } = decodeConfig(`servers: [{ listen: "0.0.0.0:8080", root: a }]`, "/site/webserv.yaml");
  assertEquals(new OwnAuthority().notes(config!, ["192.168.1.20"]), []);
});
