import { assertEquals, assertThrows } from "@std/assert";
import { decodeConfig } from "../../lib/config/decode.ts";
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
