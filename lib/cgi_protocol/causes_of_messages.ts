/**
 * What the messages of the usual interpreters mean.
 *
 * @module
 */
import type { UsualCause } from "../http/program_failure.ts";

/** A message, and what is made of what it names. */
interface Message {
  readonly pattern: RegExp;
  /** @param found what the pattern has found: the whole, and its groups */
  cause(found: readonly string[]): UsualCause;
}

/** A module that is missing. @param remedy what installs it */
function missing(module: string, remedy: string): UsualCause {
  return { what: `The module \`${module}\` is not installed for the interpreter that runs this`, remedy };
}

/** Lines are looked at one by one: no pattern crosses their ends. The surest come first. */
const MESSAGES: readonly Message[] = [
  {
    pattern: /^(?:SyntaxError|IndentationError|TabError): (.{1,200})/m,
    cause: ([, what]) => ({ what: `A syntax error: ${what}` }),
  },
  {
    pattern: /(?:PHP )?Parse error: {1,2}(.{1,200}?) in \S+ on line \d+/,
    cause: ([, what]) => ({ what: `A syntax error: ${what}` }),
  },
  {
    pattern:
      /syntax error[^\n]{0,200}|Syntax error: [^\n]{0,200}|unexpected EOF while looking for matching[^\n]{0,20}/,
    cause: ([what]) => ({
      what: `A ${what!.replace(/^S/, "s")}`.replace(/^A (?!syntax)/, "A syntax error: "),
    }),
  },
  {
    pattern: /^ModuleNotFoundError: No module named '([\w.-]{1,100})'/m,
    cause: ([, module]) => missing(module!, `\`python3 -m pip install ${module!.split(".", 1)[0]}\``),
  },
  {
    pattern: /^Can't locate (\S{1,100}) in @INC/m,
    cause: ([, module]) => {
      const name = module!.replaceAll("/", "::").replace(/\.pm$/, "");
      return missing(name, `\`cpan ${name}\`, or the system's package of it`);
    },
  },
  {
    pattern: /Cannot find (?:module|package) '([^'\n]{1,100})'/,
    cause: ([, module]) =>
      /^[./]/.test(module!)
        ? { what: `The file \`${module}\` that it imports is not there` }
        : missing(module!, `\`npm install ${module}\` in the script's folder`),
  },
  {
    pattern: /cannot load such file -- (\S{1,100})/,
    cause: ([, module]) => missing(module!, `\`gem install ${module}\``),
  },
  {
    pattern: /(?:Failed opening required|Failed to open stream: No such file) *'?([^'\n]{0,200})/i,
    cause: () => ({ what: "A file that it includes is not there: paths count from the script's folder" }),
  },
  {
    pattern: /Call to undefined function (\w{1,60})/,
    cause: ([, name]) => ({
      what: `\`${name}()\` is not known: an extension of PHP is missing, or a file is not included`,
    }),
  },
  {
    pattern: /Allowed memory size of (\d+) bytes exhausted/,
    cause: () => ({ what: "It needs more memory than PHP's `memory_limit` gives it" }),
  },
  {
    pattern: /(?:^|: )(\S{1,60}): (?:command )?not found\s*$/m,
    cause: ([, name]) => ({
      what: `The command \`${name}\` is not installed, or not on the PATH that the server gives to programs`,
    }),
  },
  {
    pattern: /Permission denied|EACCES|NotCapable/,
    cause: () => ({
      what: "Something that it reads, writes or runs is not permitted to the user of the server",
    }),
  },
  {
    pattern: /(?:No such file or directory|ENOENT)/,
    cause: () => ({ what: "A file that it wants is not there: it runs in the folder that it lies in" }),
  },
  {
    // Python's last line, of an exception that nobody caught.
    pattern: /^Traceback \(most recent call last\):\n(?:[ \t].*\n)*([A-Za-z_][\w.]{0,100}(?:: .{0,200})?)/m,
    cause: ([, what]) => ({ what: `An exception that nothing catches: ${what}` }),
  },
  {
    pattern: /^(?:PHP )?Fatal error: {1,2}(.{1,200}?)(?: in \S+(?: on line |:)\d+)?$/m,
    cause: ([, what]) => ({ what: `A fatal error: ${what}` }),
  },
  {
    pattern: /^(?:Uncaught )?((?:[A-Z]\w{0,40})?Error: .{1,200})$/m,
    cause: ([, what]) => ({ what: `An error that nothing catches: ${what}` }),
  },
];

/** The first message that is known, on standard error or else in the output; nothing if there is none. */
export function causesOfMessages(errors: string, output: string): UsualCause[] {
  for (const text of [errors, output]) {
    for (const { pattern, cause } of MESSAGES) {
      const found = pattern.exec(text);
      if (found !== null) return [cause(found)];
    }
  }
  return [];
}
