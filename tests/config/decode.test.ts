import { assert, assertEquals } from "@std/assert";
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import { assertLinear } from "../support/linear.ts";

Deno.test("formatIssue() names a file from the folder on, and one outside of it in full", () => {
  const issue = { file: "/site/conf/webserv.yaml", line: 12, path: "servers[0].root", message: "wrong" };
  assertEquals(formatIssue(issue), "/site/conf/webserv.yaml:12: servers[0].root: wrong");
  assertEquals(formatIssue(issue, "/site"), "conf/webserv.yaml:12: servers[0].root: wrong");
  assertEquals(formatIssue(issue, "/other"), "/site/conf/webserv.yaml:12: servers[0].root: wrong");
});

Deno.test("formatIssue() leaves out what is not known", () => {
  assertEquals(formatIssue({ file: "/webserv.yaml", path: "", message: "wrong" }), "/webserv.yaml: wrong");
});

Deno.test("decodeConfig() gives plain data that can be posted to a worker", () => {
  const { config } = decodeConfig(
    "servers: [{ root: ., client_max_body_size: 0, error_page: { 4xx: /x }, cgi: { .py: python3 } }]",
    "/site/webserv.yaml",
  );
  assertEquals(structuredClone(config), config);
});

Deno.test("decodeConfig() takes keys that objects have by themselves as keys like any other", () => {
  const { issues } = decodeConfig("__proto__: {}\ntoString: 1\nservers: [{ root: . }]", "/webserv.yaml");
  assertEquals(issues?.map(({ message }) => message), [
    'unknown key "__proto__"',
    'unknown key "toString"',
  ]);
  const { config } = decodeConfig(
    "servers: [{ root: ., cgi: { .py: python3 }, cgi_env: { __proto__: x } }]",
    "/webserv.yaml",
  );
  assertEquals(Object.entries(config!.servers[0]!.fallback.programs.cgiEnv), [["__proto__", "x"]]);
});

Deno.test("timeouts.shutdown has a time for requests, one for tunnels, or both", () => {
  const shutdownOf = (written: string) => {
    const text = `timeouts: { shutdown: ${written} }\nservers: [{ root: . }]`;
    const { config, issues } = decodeConfig(text, "/webserv.yaml");
    return config?.timeouts.shutdown ?? issues?.map(({ message }) => message);
  };
  assertEquals(["5s", "tunnels 5s", "5s tunnels 1m", "0s   tunnels\t0s"].map(shutdownOf), [
    { requests: 5000, tunnels: 3_600_000 },
    { requests: 10_000, tunnels: 5000 },
    { requests: 5000, tunnels: 60_000 },
    { requests: 0, tunnels: 0 },
  ]);
  const how = "expected 10s, tunnels 1h, or both: 10s tunnels 1h, not";
  assertEquals(["tunnels", "5s tunnels", "5s 6s", "tunnels 5s 6s", "5s tunnel 6s", '""'].map(shutdownOf), [
    [`${how} "tunnels"`],
    [`${how} "5s tunnels"`],
    [`${how} "5s 6s"`],
    [`${how} "tunnels 5s 6s"`],
    [`${how} "5s tunnel 6s"`],
    [`${how} ""`],
  ]);
});

Deno.test("decodeConfig() cuts a long value short in its message and escapes control characters", () => {
  const { issues } = decodeConfig(`workers: "\\e${"x".repeat(5000)}"`, "/webserv.yaml");
  const message = issues?.[1]?.message ?? "";
  assert(message.length < 200 && message.includes("\\u001bxxx"), message);
});

Deno.test("decodeConfig() refuses a file that is nested too deeply", () => {
  for (const depth of [100, 100_000]) {
    const { issues } = decodeConfig("servers: " + "[".repeat(depth) + "]".repeat(depth), "/webserv.yaml");
    assert(issues?.some(({ message }) => message.includes("nested too deeply")), `${depth} brackets`);
  }
});

Deno.test("decodeConfig() reads Windows line ends and a byte order mark", () => {
  const { config } = decodeConfig("\ufeffservers:\r\n  - root: a\r\n    autoindex: on\r\n", "/webserv.yaml");
  assertEquals(config?.servers[0]?.fallback.files.root, "/a");
});

Deno.test("decodeConfig() reads ten thousand servers in linear time", () => {
  const servers = Array.from(
    { length: 10_000 },
    (_, i) => `  - { server_name: s${i}.test, root: sites/s${i} }`,
  );
  assertLinear(() => {
    const { config } = decodeConfig(`servers:\n${servers.join("\n")}\n`, "/site/webserv.yaml");
    assertEquals(config?.servers.length, 10_000);
  });
});

Deno.test("decodeConfig() merges into thousands of places in linear time", () => {
  const servers = Array.from(
    { length: 5000 },
    (_, i) => `  - { <<: *base, server_name: s${i}.test, root: "\${A}" }`,
  );
  const text = `x-base: &base { index: [a, b], root: x }\nservers:\n${servers.join("\n")}\n`;
  assertLinear(() => {
    const { config } = decodeConfig(text, "/site/webserv.yaml", undefined, () => "www");
    assertEquals(config?.servers.at(-1)?.fallback.files.index, ["a", "b"]);
  });
});

Deno.test("decodeConfig() reports what is no YAML on thousands of lines in linear time", () => {
  const text = `servers:\n${"  - listen: [::1]:80\n".repeat(30_000)}`;
  assertLinear(() => assertEquals(decodeConfig(text, "/webserv.yaml").issues?.length, 30_000));
});

Deno.test("decodeConfig() finds what thousands of aliases stand for in linear time", () => {
  const count = 40_000, anchors = "  - &a b\n", aliases = "  - *a\n";
  const lists = [(anchors + aliases).repeat(count), anchors + aliases.repeat(count) + anchors.repeat(count)];
  for (const list of lists) {
    assertLinear(() => {
      const { config } = decodeConfig(`x-own:\n${list}servers: [{ root: . }]`, "/webserv.yaml");
      assert(config !== undefined);
    });
  }
});

Deno.test("decodeConfig() refuses merges that are nested too deeply", () => {
  const merges = Array.from({ length: 5000 }, (_, i) => `x-${i + 1}: &a${i + 1} { <<: *a${i} }\n`).join("");
  const { issues } = decodeConfig(
    `x-0: &a0 { root: a }\n${merges}servers: [{ <<: *a5000 }]\n`,
    "/webserv.yaml",
  );
  assert(issues?.some(({ message }) => message.includes("nested too deeply")));
});

Deno.test("decodeConfig() never throws, whatever the text", () => {
  const pieces = [
    "servers",
    ":",
    " ",
    "\n",
    "  ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    "*",
    "&a",
    "*a",
    '"',
    "'",
    "#",
    "|",
    "?",
    "!!omap ",
    "!!set ",
  ];
  const words = [
    "root",
    "locations",
    "/x",
    "return",
    "301 /y",
    "~",
    "!t",
    "%",
    "---",
    "\t",
    "\0",
    "404",
    "<<",
    "<<: *a",
    "x-a: &a ",
    "${A}",
    "${A:-b}",
    "${",
    "\ue000",
    ",",
  ];
  const parts = [...pieces, ...words];
  let seed = 1;
  const next = (below: number) => (seed = (seed * 48271) % 2147483647) % below;
  for (let round = 0; round < 3000; round++) {
    const text = Array.from({ length: 1 + next(25) }, () => parts[next(parts.length)]).join("");
    decodeConfig(text, "/webserv.yaml");
    decodeConfig(`servers:\n  - root: a\n    ${text}`, "/webserv.yaml");
  }
});

Deno.test("decodeConfig() reports whatever a tag makes of a value, wherever the two stand", () => {
  const names = "str int float bool null map seq omap pairs set binary timestamp merge value yaml foo".split(
    " ",
  );
  const tags = [
    ...names.map((name) => `!!${name}`),
    "!",
    "!home",
    "!a!b",
    "!<x>",
    "!<tag:yaml.org,2002:omap>",
  ];
  const values = [
    "",
    "a",
    "4",
    "null",
    '"${A}"',
    "2001-12-14",
    "<<",
    "[a: b, c: d]",
    "[a]",
    "{ a: b }",
    "[*x]",
  ];
  const places = [
    (value: string) => `servers: ${value}`,
    (value: string) => value,
    (value: string) => `x-own: &y ${value}\nservers: [{ root: ., locations: { /a: *y } }]`,
    (value: string) => `servers: [{ root: ., cgi_env: { A: ${value} } }]`,
    (value: string) => `servers:\n  - root: .\n    ? ${value}\n    : a`,
    (value: string) => `servers:\n  - { root: ., <<: ${value} }`,
  ];
  for (const tag of tags) {
    for (const value of values) {
      for (const place of places) {
        const text = `x-anchor: &x {}\n${place(`${tag} ${value}`)}\n`;
        const { config, issues = [] } = decodeConfig(text, "/webserv.yaml", undefined, () => "a");
        assert(config !== undefined || issues.length > 0, text);
      }
    }
  }
});
