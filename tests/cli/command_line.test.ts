import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { folderOptions, parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";

/** Without what was not given. */
function parse(...args: string[]): Record<string, unknown> {
  const { switches, ...line } = parseCommandLine(args);
  const given = Object.entries({ ...line, switches: [...switches] }).filter(([, value]) =>
    value !== undefined && !(Array.isArray(value) && value.length === 0)
  );
  return Object.fromEntries(given);
}

const serve = { command: "serve", explicit: false };

function refuses(args: string[], message: string): void {
  const error = assertThrows(() => parseCommandLine(args), UsageError);
  assertEquals(error.message, message, args.join(" "));
}

Deno.test("no arguments mean serve, without anything chosen", () => {
  assertEquals(parse(), serve);
});

Deno.test("a command may be written, anything else in its place is a folder", () => {
  assertEquals(parse("serve"), { command: "serve", explicit: true });
  for (const command of ["check", "permissions", "init", "help"]) {
    assertEquals(parse(command), { command, explicit: true });
  }
  assertEquals(parse("public"), { ...serve, operand: "public" });
  assertEquals(parse("./check"), { ...serve, operand: "./check" });
  assertEquals(parse("serve", "check"), { command: "serve", explicit: true, operand: "check" });
  assertEquals(parse("init", "new"), { command: "init", explicit: true, operand: "new" });
  assertEquals(parse("123"), { ...serve, operand: "123" });
  assertEquals(parse("-"), { ...serve, operand: "-" });
});

Deno.test("options stand before the folder, behind it, or around it", () => {
  const all = { ...serve, operand: "dir", port: 0, switches: ["spa", "quiet"] };
  assertEquals(parse("-p", "0", "-q", "--spa", "dir"), all);
  assertEquals(parse("dir", "-p", "0", "-q", "--spa"), all);
  assertEquals(parse("-q", "dir", "--spa", "--port", "0"), all);
  assertEquals(parse("-p", "0", "serve", "dir"), {
    command: "serve",
    explicit: true,
    operand: "dir",
    port: 0,
  });
});

Deno.test("a value stands behind its option, behind an equals sign, or at once behind a short one", () => {
  for (const args of [["--port", "0"], ["--port=0"], ["-p", "0"], ["-p0"], ["-p=0"]]) {
    assertEquals(parse(...args), { ...serve, port: 0 }, args.join(" "));
  }
  assertEquals(parse("--config=a=b.yaml"), { ...serve, config: "a=b.yaml" });
  for (const args of [["-qp", "8000"], ["-qp8000"]]) {
    assertEquals(parse(...args), { ...serve, port: 8000, switches: ["quiet"] }, args.join(" "));
  }
  assertEquals(parse("-ca.yaml"), { ...serve, config: "a.yaml" });
  assertEquals(parse("--port", "80", "--port", "81"), { ...serve, port: 81 });
});

Deno.test("behind -- stands a command with all of its words, whatever they look like", () => {
  for (const words of [["npm", "test"], ["serve"], ["a", "--", "b"], ["-x", "--port", "1"], ["a", ""]]) {
    assertEquals(parse("--", ...words), { ...serve, beside: words });
    assertEquals(parse("serve", "-q", "--", ...words), {
      command: "serve",
      explicit: true,
      switches: ["quiet"],
      beside: words,
    });
    assertEquals(parse("-c", "x", "--", ...words), { ...serve, config: "x", beside: words });
    assertEquals(parse("dir", "--spa", "--", ...words), {
      ...serve,
      operand: "dir",
      switches: ["spa"],
      beside: words,
    });
  }
  const message = '"--" needs a command behind it: webserv dist -- npm test (a folder is named before it)';
  for (const args of [["--"], ["-q", "--"], ["dir", "--", ""]]) refuses(args, message);
  refuses(["a", "b", "--", "c"], 'unexpected argument "b": see webserv serve --help');
});

Deno.test("of a command that has no other beside it, -- makes operands of what looks like options", () => {
  const init = { command: "init", explicit: true };
  assertEquals(parse("init", "--", "--full"), { ...init, operand: "--full" });
  assertEquals(parse("init", "--", "check"), { ...init, operand: "check" });
  assertEquals(parse("init", "--full", "--"), { ...init, switches: ["full"] });
  refuses(["check", "--", "x"], 'unexpected argument "x": see webserv check --help');
});
Deno.test("every switch is known by its name", () => {
  for (const name of ["cgi", "upload", "spa", "cors", "no-listing", "open", "quiet", "help", "version"]) {
    assertEquals(parse(`--${name}`), { ...serve, switches: [name] });
  }
  for (const [short, name] of [["q", "quiet"], ["h", "help"], ["V", "version"]]) {
    assertEquals(parse(`-${short}`), { ...serve, switches: [name] });
  }
});

Deno.test("ports are numbers from 0 to 65535", () => {
  assertEquals(parse("-p", "65535"), { ...serve, port: 65535 });
  for (const port of ["65536", "1e3", "0x50", "80.5", " 80", "http", "123456"]) {
    refuses(["--port", port], `--port must be a number from 0 to 65535, not "${port}"`);
  }
});

Deno.test("workers are a number from 1 to 64, or auto", () => {
  assertEquals(parse("--workers", "auto"), { ...serve, workers: "auto" });
  assertEquals(parse("--workers=64"), { ...serve, workers: 64 });
  for (const workers of ["0", "65", "many", "1.5"]) {
    refuses(
      ["--workers", workers],
      `--workers must be a number from 1 to 64 or "auto", not "${workers}"`,
    );
  }
});

Deno.test("an IPv6 address may stand in brackets", () => {
  assertEquals(parse("--host", "::1"), { ...serve, host: "::1" });
  assertEquals(parse("--host=[::1]"), { ...serve, host: "::1" });
});

Deno.test("an unknown option is refused with the nearest known one", () => {
  refuses(["--prot", "1"], 'unknown option "--prot": did you mean "--port"?');
  refuses(["--prot=1"], 'unknown option "--prot": did you mean "--port"?');
  refuses(["--quite"], 'unknown option "--quite": did you mean "--quiet"?');
  refuses(["--no-listings"], 'unknown option "--no-listings": did you mean "--no-listing"?');
  refuses(["--listing"], 'unknown option "--listing": did you mean "--no-listing"?');
  refuses(["-x"], 'unknown option "-x": see webserv --help');
  refuses(["-qx"], 'unknown option "-qx": see webserv --help');
  refuses(["-help"], 'unknown option "-help": did you mean "--help"?');
  refuses(["--no-quiet"], 'unknown option "--no-quiet": did you mean "--quiet"?');
  refuses(["--ssl"], 'unknown option "--ssl": see webserv --help');
  refuses(["--constructor"], 'unknown option "--constructor": see webserv --help');
  refuses(["--something-else"], 'unknown option "--something-else": see webserv --help');
});

Deno.test("an option without its value, and a switch with one, are refused", () => {
  refuses(["--port"], "--port needs a value: --port N");
  refuses(["--port="], "--port needs a value: --port N");
  refuses(["-c", ""], "--config needs a value: --config FILE");
  refuses(["--host", "--quiet"], "--host needs a value: --host ADDR");
  refuses(["-p", "-1"], "--port needs a value: --port N");
  refuses(["--port", "--", "80"], "--port needs a value: --port N");
  refuses(["--port", "--port", "80"], "--port needs a value: --port N");
  refuses(["--port=-1"], '--port must be a number from 0 to 65535, not "-1"');
  refuses(["--quiet=x"], "--quiet takes no value");
  refuses(["--quiet="], "--quiet takes no value");
  refuses(["--cors=http://a.test"], "--cors takes no value");
  refuses(["--no-listing=1"], "--no-listing takes no value");
  refuses(["-q=1"], "--quiet takes no value");
});

Deno.test("options of another command and too many arguments are refused", () => {
  refuses(["check", "--port", "1"], '--port is no option of "check"');
  refuses(["init", "-c", "x"], '--config is no option of "init"');
  refuses(["permissions", "--spa"], '--spa is no option of "permissions"');
  refuses(["check", "dir"], 'unexpected argument "dir": see webserv check --help');
  refuses(["a", "b"], 'unexpected argument "b": see webserv serve --help');
  refuses(["-c", "a.yaml", "dir"], 'either a folder ("dir") or --config, not both');
});

Deno.test("an empty word is refused with what to write instead", () => {
  refuses([""], '"" is no folder: write "." for the current one');
  refuses(["serve", "", "-q"], '"" is no folder: write "." for the current one');
  refuses(["init", ""], '"" is no folder: write "." for the current one');
  refuses(["help", ""], '"" is nothing: see webserv help --help');
});

Deno.test("--header is checked as add_header is, and --isolate adds its two fields", () => {
  const fields = (...args: string[]) => parseCommandLine(args).headers;
  assertEquals(fields(), []);
  assertEquals(fields("--header", "X-A: b:c ", "--header=Link: <a>", "--header", "link: <b>"), [
    ["X-A", ["b:c"]],
    ["Link", ["<a>", "<b>"]],
  ]);
  assertEquals(fields("--isolate", "--header", "X-A:1"), [
    ["X-A", ["1"]],
    ["Cross-Origin-Opener-Policy", ["same-origin"]],
    ["Cross-Origin-Embedder-Policy", ["require-corp"]],
  ]);
  const table: readonly (readonly [args: string[], message: string])[] = [
    [["--header", "X-A"], `--header: expected 'Name: value', not "X-A"`],
    [["--header", "X-A: "], "--header: X-A needs a value: 'Name: value'"],
    [["--header", ": b"], '--header: expected the name of a field, not ""'],
    [["--header", "X A: b"], '--header: expected the name of a field, not "X A"'],
    [
      ["--header", "X-A: b\nX-B: c"],
      '--header: expected a value without control characters, not " b\\nX-B: c"',
    ],
    [["--header", "date: x"], '--header: "date" cannot be added: the server makes this field itself'],
    [
      ["--isolate", "--header", "cross-origin-opener-policy: unsafe-none"],
      "--isolate: Cross-Origin-Opener-Policy is sent by this option already: leave it out of --header",
    ],
    [
      ["--header", "access-control-allow-origin: http://a.test", "--cors"],
      "--cors: Access-Control-Allow-Origin is sent by this option already: leave it out of --header",
    ],
    [["check", "--header", "X-A: b"], '--header is no option of "check"'],
  ];
  for (const [args, message] of table) refuses(args, message);
});

Deno.test("folderOptions() names the options that describe a folder", () => {
  assertEquals(folderOptions(parseCommandLine(["-q", "--spa", "--cors", "--open"])), ["--spa", "--cors"]);
  assertEquals(folderOptions(parseCommandLine(["-q"])), []);
  assertEquals(folderOptions(parseCommandLine(["--header", "A: b", "--isolate"])), ["--header", "--isolate"]);
});

Deno.test("a refusal is a message for a person", () => {
  const error = assertThrows(() => parseCommandLine(["--frobnicate"]), UsageError);
  assertStringIncludes(error.message, "--frobnicate");
  assert(!error.message.includes("\n"));
});
