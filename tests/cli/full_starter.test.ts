import { assert, assertEquals, assertMatch } from "@std/assert";
import { fullStarter } from "../../lib/cli/full_starter.ts";
import { decodeConfig, type DecodeResult, formatIssue } from "../../lib/config/decode.ts";
import { keyEntries } from "../../lib/config/key_list.ts";

const LINES = fullStarter().split("\n");

/** A line with a key, be it set or a comment. */
const KEY = /^( *)(#?)([a-z_0-9]+):(?: |$)/;

function decode(lines: readonly string[]): DecodeResult {
  return decodeConfig(lines.join("\n"), "/site/webserv.yaml");
}

function complaints(result: DecodeResult): string {
  const { issues, warnings } = { issues: [], warnings: [], ...result };
  return [...issues, ...warnings].map((issue) => formatIssue(issue)).join("\n");
}

/** The same line without the sign that makes it a comment. */
function uncommented(lines: readonly string[], at: number): string[] {
  return lines.map((line, index) => index === at ? line.replace("#", "") : line);
}

Deno.test("the full file is valid as it stands, and serves what the starter serves", () => {
  const result = decode(LINES);
  assertEquals(complaints(result), "");
  const [server] = result.config!.servers;
  assertEquals(server!.fallback.files.root, "/site/site");
  assertEquals(server!.locations.map(({ key }) => key), ["/cgi-bin/", "/example/"]);
});

Deno.test("the full file has every key of the tables, with its meaning above it", () => {
  const written = new Map(LINES.flatMap((line, at) => KEY.test(line) ? [[KEY.exec(line)![3]!, at]] : []));
  for (const { word } of keyEntries()) {
    const at = written.get(word);
    assert(at !== undefined, `${word} is missing`);
    assertMatch(LINES[at - 1]!, /^ *# \S/, word);
  }
  for (const line of LINES) assert(line.length <= 110, line);
});

/** Keys that need others beside them, by what is said of them alone. */
const NOT_ALONE: Readonly<Record<string, RegExp>> = {
  archive: /without effect/,
  buckets: /without effect/,
  bucket: /bucket and root in the same place/,
  bucket_cache: /without effect/,
  bucket_cache_size: /without effect/,
  overwrite: /^$|without effect/,
  fastcgi_root: /without effect/,
  hsts: /without effect/,
  proxy_set_header: /without effect/,
  proxy_timeouts: /without effect/,
  proxy_ssl_verify: /needs a proxy_pass/,
  ssl_certificate: /needs its key/,
  ssl_certificate_key: /needs its certificate/,
};

Deno.test("every key of the full file may be set by taking its # away", () => {
  const sections = new Map<string, number>();
  let count = 0;
  for (const [at, line] of LINES.entries()) {
    const [, indent, isComment, word = ""] = KEY.exec(line) ?? [];
    if (!isComment) continue;
    if (word === "timeouts" || word === "limits") {
      sections.set(word, at);
      continue;
    }
    count++;
    const section = indent === "  " ? [...sections.values()].at(-1) : undefined;
    const lines = section === undefined ? LINES : uncommented(LINES, section);
    assertMatch(
      complaints(decode(uncommented(lines, at))),
      NOT_ALONE[word] ?? /^$/,
      `${word} on line ${at + 1}`,
    );
  }
  assert(count > 25, String(count));
});
