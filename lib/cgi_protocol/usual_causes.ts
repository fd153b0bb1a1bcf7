/**
 * What usually causes a program's failure, recognised by how it ended, what it said and how its file begins. What is
 * surest stands first.
 *
 * @module
 */
import type { ProgramRun, UsualCause } from "../http/program_failure.ts";
import { causesOfMessages } from "./causes_of_messages.ts";

/** A script as it lies there. */
export interface ScriptLook {
  /** With a byte order mark if it has one. */
  readonly text: string;
  readonly isExecutable: boolean;
}

/** What is known. */
export interface Symptoms {
  readonly status: number;
  /** As the error log has it. */
  readonly why: string;
  readonly run: ProgramRun;
  /** Undefined where it cannot be read. */
  readonly script: ScriptLook | undefined;
}

const BYTE_ORDER_MARK = "\ufeff";

/** More would hide the one that it is. */
const MOST = 4;

/** The likely causes, empty where nothing is recognised. */
export function usualCauses(symptoms: Symptoms): UsualCause[] {
  const causes = [
    ...causesOfStart(symptoms),
    ...causesOfServer(symptoms),
    ...causesOfMessages(symptoms.run.errors.text, symptoms.run.output.text),
    ...causesOfEnd(symptoms),
    ...causesOfOutput(symptoms),
  ];
  return causes.length === 0 ? [...causesOfSilence(symptoms)] : causes.slice(0, MOST);
}

/** The file, its permissions and its first line. */
function* causesOfStart({ status, why, run, script }: Symptoms): Generator<UsualCause> {
  const { file, command: [program = ""], server } = run;
  const isItself = program === file, name = nameOf(file);
  const line = script?.text.split("\n", 1)[0] ?? "";
  if (server === undefined && isItself && script?.isExecutable === false) {
    yield { what: `${name} has no execute bit`, remedy: `\`chmod +x ${name}\`` };
  } else if (status === 403) {
    yield {
      what:
        "The system does not let it be started: it, or its interpreter, may not be executed by this user, " +
        "or lies on a file system that is mounted with `noexec`",
      remedy: "Look at the permissions of the file, of its interpreter, and of the folders that they are in",
    };
  }
  if (script?.text.startsWith(BYTE_ORDER_MARK)) {
    yield {
      what: `${name} begins with a byte order mark (BOM), which hides its first line from the system`,
      remedy: "Save it as UTF-8 without BOM",
    };
  }
  const isByFirstLine = isItself || /(?:^|\/)\w*sh$/.test(program);
  if (line.endsWith("\r") && line.startsWith("#!") && isByFirstLine) {
    yield {
      what:
        `The first line of ${name} ends with CR LF, as on Windows: the system takes the CR for a part of the ` +
        "interpreter's name",
      remedy: `Save it with LF alone: \`sed -i 's/\\r$//' ${name}\``,
    };
  } else if (line.endsWith("\r") && /(?:^|\/)\w*sh$/.test(program)) {
    yield {
      what:
        `${name} has lines that end with CR LF, as on Windows: a shell takes the CR for a part of its words`,
      remedy: `Save it with LF alone: \`sed -i 's/\\r$//' ${name}\``,
    };
  } else if (server === undefined) yield* causesOfInterpreter({ why, run, isItself, line });
}

function* causesOfInterpreter(
  { why, run, isItself, line }: { why: string; run: ProgramRun; isItself: boolean; line: string },
): Generator<UsualCause> {
  const name = nameOf(run.file), [program = ""] = run.command;
  if (!isItself) {
    if (/ is not installed/.test(why)) {
      yield {
        what: `${nameOf(program)} is not installed, or not where the server looks for programs`,
        remedy: "Install it, or write its whole path in the configuration",
      };
    }
    return;
  }
  const [, interpreter, word] = /^#!\s*(\S+)(?:\s+(?:-\S+\s+)*(\S+))?/.exec(line) ?? [];
  if (interpreter === undefined) {
    if (/nothing that the system can run/.test(why) || /^exit status 12[67]$/.test(run.ended ?? "")) {
      yield {
        what: `${name} has no first line that says what runs it`,
        remedy: "For example `#!/bin/sh` or `#!/usr/bin/env python3`, as its very first characters",
      };
    }
  } else if (interpreter.endsWith("/env") && run.ended === "exit status 127") {
    yield {
      what: `${word} is not installed, or not on the PATH that the server gives to programs ` +
        `(\`${run.environment.PATH ?? ""}\`)`,
      remedy: `Install it, or write its whole path in the first line of ${name}`,
    };
  } else if (/there is no such program/.test(why)) {
    yield {
      what: `The interpreter in the first line, \`${interpreter}\`, is not there`,
      remedy: `Install it, or correct the line: \`command -v ${nameOf(interpreter)}\` tells where it is`,
    };
  }
}

/** FastCGI servers. */
function* causesOfServer({ why, run: { server } }: Symptoms): Generator<UsualCause> {
  if (server === undefined) return;
  if (/cannot be started/.test(why)) {
    yield { what: "The FastCGI server that the configuration names is not installed, or ends at once" };
  } else if (/refused|nobody listens|there is no |has no address/i.test(why)) {
    yield {
      what: `Nobody listens at \`${server}\`: the FastCGI server does not run, or listens elsewhere`,
      remedy: "For php-fpm: look at `listen` in its pool's file, and whether its service is started",
    };
  } else if (/denied|does not allow/i.test(why)) {
    yield {
      what: `\`${server}\` may not be connected to by this user`,
      remedy: "For php-fpm: `listen.owner` and `listen.mode` in its pool's file",
    };
  } else if (/without an answer|within its answer/.test(why)) {
    yield { what: "The process of the FastCGI server that had the request died: its own log says why" };
  }
}

/** Time and signals. */
function* causesOfEnd(
  { status, run: { ended = "" } }: Symptoms,
): Generator<UsualCause> {
  if (status === 504) {
    yield {
      what:
        "It takes longer than `timeouts.cgi` without printing anything: an endless loop, a lock, a server or a " +
        "terminal that it waits for",
      remedy: "Print something early, or give it more time: `timeouts: { cgi: 5m }`",
    };
  }
  const signal = /^killed by (SIG\w+)/.exec(ended)?.[1];
  if (signal === "SIGKILL") {
    yield { what: "Somebody killed it: where memory is short, that is the system" };
  } else if (signal !== undefined) {
    yield { what: `It crashed (${signal}), or ended itself by that signal` };
  }
}

/** Where it said nothing, and nothing else is known. */
function* causesOfSilence({ run: { ended = "", errors, output } }: Symptoms): Generator<UsualCause> {
  if (errors.text !== "" || output.text !== "") return;
  if (ended === "exit status 0") {
    yield {
      what: "It printed nothing at all",
      remedy: "An answer begins with `Content-Type: text/html`, an empty line, and then the content",
    };
  } else if (ended.startsWith("exit status")) {
    yield {
      what: "It ended before it printed anything, and did not say why",
      remedy: "Run it by hand in its folder, with the environment below",
    };
  }
}

const FIELD_LINE = /^[\w!#$%&'*+.^`|~-]+:/;

/** What it printed in place of a header block. */
function* causesOfOutput({ status, run }: Symptoms): Generator<UsualCause> {
  const { output, command: [program = ""] } = run;
  if (status !== 502 || output.text === "") return;
  if (/(?:^|\/)php(?:\d[\d.]*)?$/.test(program)) {
    yield {
      what: `\`${nameOf(program)}\` is PHP for the command line, which prints no header block`,
      remedy: "Use `php-cgi`, or php-fpm with `fastcgi`",
    };
    return;
  }
  const lines = output.text.split(/\r?\n/), empty = lines.indexOf("");
  if (/^\s*$/.test(lines[0] ?? "")) {
    yield {
      what: "It printed an empty line before its header fields",
      remedy: "The very first line has to be a field such as `Content-Type: text/html`",
    };
  } else if (!FIELD_LINE.test(lines[0] ?? "")) {
    yield {
      what: "It printed something before its header block: what comes first has to be a field",
      remedy:
        "Print `Content-Type: text/html` and an empty line before anything else; what is for the log belongs " +
        "on standard error",
    };
  } else if (
    lines.findIndex((line) => line !== "" && !FIELD_LINE.test(line)) > 0 || empty === lines.length - 1
  ) {
    yield {
      what: "There is no empty line behind its header fields",
      remedy: "An empty line ends the header block: `print()` behind the fields, or `\\n\\n` at their end",
    };
  }
}

function nameOf(path: string | undefined): string {
  return path === undefined ? "the program" : path.slice(path.lastIndexOf("/") + 1);
}
