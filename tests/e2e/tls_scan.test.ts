/**
 * What a scanner of TLS says of an address with the configuration as it comes: TLS 1.2 and 1.3 and nothing else, and
 * nothing that it calls weak. It starts openssl some hundred times, which takes longer than all of the other tests of TLS
 * together, so it runs only where WEBSERV_TLS_SCAN is in the environment, as a step of .ci/run.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { HAS_TLS, isInstalled, startHttp2Site } from "./clients_h2_support.ts";

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  SSLv2: "not offered",
  SSLv3: "not offered",
  TLS1: "not offered",
  TLS1_1: "not offered",
  TLS1_2: "offered",
  TLS1_3: "offered with final",
};

/** What it says of everything that it does not complain of. */
const FINE = ["OK", "INFO", "DEBUG"];

/** What it says of the openssl that it runs with, and not of the server. */
const OF_ITSELF = ["engine_problem"];

const why = Deno.env.get("WEBSERV_TLS_SCAN") === undefined
  ? "WEBSERV_TLS_SCAN is not set"
  : !HAS_TLS
  ? "TLS cannot be served"
  : isInstalled("testssl")
  ? ""
  : "testssl is not installed";

Deno.test({
  name: `a scanner finds TLS 1.2 and 1.3 alone, and nothing weak${why && ` (ignored: ${why})`}`,
  ignore: why !== "",
  fn: async () => {
    await using site = await startHttp2Site();
    const report = `${site.folder}/scan.json`;
    // Protocols, standard ciphers, forward secrecy, and of the vulnerabilities those that are quick to look for.
    const { stdout } = await new Deno.Command("testssl", {
      args: [
        ...["--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none", "--ip", "127.0.0.1"],
        ...["-p", "-s", "-f", "--heartbleed", "--renegotiation", "--crime", "--freak"],
        ...["--jsonfile", report, `localhost:${site.tls}`],
      ],
      env: { TERM: "dumb" },
      stdin: "null",
    }).output();
    const findings: Finding[] = JSON.parse(await Deno.readTextFile(report));
    const said = new TextDecoder().decode(stdout);
    for (const [id, expected] of Object.entries(PROTOCOLS)) {
      assertEquals(findings.find((found) => found.id === id)?.finding, expected, said);
    }
    assertEquals(
      findings.filter(({ id, severity }) => !FINE.includes(severity) && !OF_ITSELF.includes(id)),
      [],
    );
  },
});
