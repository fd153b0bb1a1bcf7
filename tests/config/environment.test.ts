import { assertEquals, assertThrows } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
import { keyEntries } from "../../lib/config/key_list.ts";
import { expand, isTemplateAt } from "../../lib/config/environment.ts";
import { ValueError } from "../../lib/config/values.ts";

const VARIABLES: Readonly<Record<string, string>> = {
  A: "a",
  B_1: "b",
  host: "environment",
  EMPTY: "",
  NOTATION: "${A}$${A}",
  REQUEST: "$uri",
  DOLLARS: "$5$$x$",
};
const environment = (name: string) => VARIABLES[name];

Deno.test("expand() puts variables of the environment into a text, and looks at what they hold no further", () => {
  const table: readonly (readonly [text: string, expanded: string])[] = [
    ["", ""],
    ["${A}", "a"],
    ["x${A}y${B_1}z${A}", "xaybza"],
    ["${A:-b}${C:-b}${EMPTY:-c}", "abc"],
    ["${EMPTY}", ""],
    ["${C:-}", ""],
    ["${C:-a:-b-}", "a:-b-"],
    ["${C:-a\nb}", "a\nb"],
    ["$${A}", "${A}"],
    ["$$${A}", "$${A}"],
    ["$${", "${"],
    ["$$ $A $ a$", "$$ $A $ a$"],
    ["${NOTATION}", "${A}$${A}"],
    ["${host}", "environment"],
  ];
  for (const [text, expanded] of table) assertEquals(expand(text, environment, false), expanded, text);
});

Deno.test("expand() leaves variables of the request to a text that knows them, and makes none out of what is put in", () => {
  const table: readonly (readonly [text: string, expanded: string])[] = [
    ["${host} $host ${A}", "${host} $host a"],
    ["${REQUEST}", "$$uri"],
    ["${C:-$uri}", "$uri"],
    ["$host${A}", "${host}a"],
    ["${A}$host", "a$host"],
    ["$host-${A}", "$host-a"],
    ["$${host}", "$${host}"],
    ["${DOLLARS}", "$5$$$x$"],
    ["${DOLLARS}x", "$5$$$x$$x"],
    ["${DOLLARS}${A}", "$5$$$x$$a"],
    ["${DOLLARS} x", "$5$$$x$ x"],
  ];
  for (const [text, expanded] of table) assertEquals(expand(text, environment, true), expanded, text);
});

Deno.test("expand() refuses what is no variable, and a variable that is not there", () => {
  const table: readonly (readonly [text: string, message: string])[] = [
    ["${C}", "the environment has no variable C: set it"],
    ["${toString}", "the environment has no variable toString"],
    ["${}", 'not "${}"'],
    ["${ A }", 'not "${ A }"'],
    ["${1A}", 'not "${1A}"'],
    ["${A-b}", 'not "${A-b}"'],
    ["${A:?b}", 'not "${A:?b}"'],
    ["${A:-${B_1}}", "a default cannot have a variable in it"],
    ["a${A", 'lacks its "}"'],
  ];
  for (const [text, message] of table) {
    assertThrows(
      () => expand(text, (name) => Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined, false),
      ValueError,
      message,
    );
  }
  assertThrows(() => expand("${DOLLARS}$host", environment, true), ValueError, 'ends with "$"');
});

Deno.test("isTemplateAt() knows the keys whose texts name variables of a request, whatever paths are called", () => {
  for (
    const path of [
      "servers[0].return",
      "servers[12].return.location",
      'servers[0].locations["/a"].return',
      'servers[0].locations["/a\\"].b"].try_files[1]',
      'servers[0].locations["/a"].proxy_set_header["X-A"]',
    ]
  ) assertEquals(isTemplateAt(path), true, path);
  for (
    const path of [
      "return",
      "servers[0].returns",
      "servers[0].cgi_env.return",
      'servers[0].locations["/a\\"].return"].root',
      'servers[0].locations["/].return"].root',
      'servers[0].locations["/a"].add_header.return',
    ]
  ) assertEquals(isTemplateAt(path), false, path);
});

Deno.test("a value of the environment stays one scalar, whatever it holds, and is read as if it stood there", () => {
  const workers = (value: string) => {
    const text = "workers: ${N}\nservers: [{ root: '${N}', autoindex: on }]\n";
    const { config, issues } = decodeConfig(text, "/site/webserv.yaml", undefined, () => value);
    return config === undefined
      ? issues.map(({ line }) => line)
      : [config.workers, config.servers[0]!.fallback.files.root];
  };
  assertEquals(workers("4"), [4, "/site/4"]);
  assertEquals(workers("auto"), ["auto", "/site/auto"]);
  for (
    const value of [
      "4\nsandbox: off",
      "*a",
      "[4]",
      "{ a: 4 }",
      "4 # four",
      "!!int 4",
      "&a 4",
      "'4'",
      "- 4",
      "4\0",
    ]
  ) {
    const refused = workers(value);
    assertEquals(refused[0], 1, value);
  }
});

Deno.test("whether a file is valid does not depend on what YAML would take a secret for", () => {
  const valuesOf = (value: string) => {
    const text = `
servers:
  - root: .
    cgi: { .py: [python3, \${S}] }
    cgi_env: { A: \${S}, B: "\${S}" }
    add_header: { A: \${S}, B: [\${S}, b] }
    locations:
      /a: { return: { status: 200, body: \${S} } }
      /b: { proxy_pass: http://127.0.0.1:1, proxy_set_header: { A: \${S} } }
`;
    const { config, issues } = decodeConfig(text, "/webserv.yaml", undefined, () => value);
    if (issues) return issues.map(({ path, message }) => `${path}: ${message}`);
    const { fallback, locations } = config.servers[0]!;
    return [
      ...Object.values(fallback.programs.cgiEnv),
      fallback.answer.addHeader.filter(([name]) => name === "A").map(([, field]) => field).join(),
      JSON.stringify(locations[0]!.answer.return),
      JSON.stringify(locations[1]!.proxy.proxySetHeader),
    ];
  };
  for (
    const value of ["null", "~", "true", "NO", "1.50", "0x1F", ".inf", "", "text", "# no", "- a", "{a: b}"]
  ) {
    const expected = [value, value, value, JSON.stringify({ status: 200, body: value })];
    const header = JSON.stringify([["A", value === "" ? [] : [value]]]);
    // A program has no empty argument.
    if (value === "") {
      assertEquals(valuesOf(value), ['servers[0].cgi[".py"][1]: expected a word, not an empty text']);
    } else assertEquals(valuesOf(value), [...expected, header], value);
  }
});

Deno.test("no message shows what a variable holds", () => {
  const values = ["hunter2", "/HUNTER2$uri\x07?", "hunter2".repeat(20)];
  const shapes = [
    "${S}",
    '"301 ${S}"',
    '[a, "b ${S} c"]',
    "{ a: ${S} }",
    "{ .x: [${S}] }",
    "{ status: 301, location: ${S} }",
  ];
  let count = 0;
  for (const { section, word } of keyEntries()) {
    for (const shape of shapes) {
      for (const value of values) {
        const written = `${word}: ${shape}`;
        const text = section === "top"
          ? `${word === "servers" ? "" : "servers: [{ root: . }]\n"}${written}`
          : section === "timeouts" || section === "limits"
          ? `${section}: { ${written} }\nservers: [{ root: . }]`
          : section === "location"
          ? `servers: [{ root: ., locations: { /a: { ${written} } } }]`
          : `servers:\n  - ${written}`;
        const { issues = [], warnings = [] } = {
          warnings: [],
          ...decodeConfig(text, "/webserv.yaml", undefined, () => value),
        };
        for (const { message } of [...issues, ...warnings]) {
          assertEquals(/hunter2/i.test(message), false, `${text}\n${message}`);
          if (message.includes("${S}")) count++;
        }
      }
    }
  }
  assertEquals(count > 300, true, `${count}`);
});
