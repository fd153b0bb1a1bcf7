/**
 * Why a program gave no answer, in words for the error log. Looked into only once it has failed, so that no other pays
 * for it.
 *
 * @module
 */
import { basename } from "@std/path";
import { quotedStart, whatWasPrinted } from "../cgi_protocol/bad_output.ts";
import type { FileSystem, ProcessCommand, ProcessError } from "../ports.ts";
import { firstLine } from "./first_line.ts";

/** What is known of a program that failed. */
export interface FailedProgram {
  readonly command: Pick<ProcessCommand, "program" | "environment">;
  /** The script, which is the program itself where no interpreter runs it. */
  readonly file: string;
  readonly files: Pick<FileSystem, "openSync">;
}

/** For the log, and for whoever sits at this machine: that one has no path in it. */
export interface Explanation {
  readonly why: string;
  readonly advice?: string;
}

/** It could not be started. */
export function whyNotStarted(
  problem: ProcessError["problem"],
  failed: FailedProgram,
  cause: string | undefined,
): Explanation {
  const { command: { program, environment }, file } = failed;
  const said = cause === undefined ? "" : `: ${cause}`;
  if (program !== file) {
    if (problem !== "not found") return { why: `${program} cannot be started: ${problem}${said}` };
    const where = program.includes("/") ? "" : `, or not in a folder of PATH (${environment.PATH ?? "none"})`;
    return { why: `${program} is not installed${where}`, advice: `${basename(program)} is not installed.` };
  }
  const line = interpreterLine(failed);
  if (problem === "not found" && line !== undefined) {
    if (line.endsWith("\r")) return { why: withLinesOfWindows(line) };
    const interpreter = line.slice(2).trim().split(/\s/, 1)[0]!;
    return {
      why: `its first line is ${quotedStart(line)}, and there is no such program`,
      advice: `The program that it is to be run by, ${basename(interpreter)}, is not installed.`,
    };
  }
  if (problem === "failed" && line === undefined) {
    return { why: `it is nothing that the system can run, and has no first line such as "#!/bin/sh"${said}` };
  }
  return { why: `it cannot be started: ${problem}${said}` };
}

/**
 * It ended before its header block did.
 *
 * @param ended how, e.g. `with status 1`
 * @param output its beginning; undefined where it is to send a whole message and has printed nothing
 */
export function whyNoHeaderBlock(
  ended: string,
  output: string | undefined,
  failed: FailedProgram,
): Explanation {
  const why = output === undefined
    ? `it ended without a word, ${ended}`
    : `it ended ${ended} before its header block did, ${whatWasPrinted(output)}`;
  const line = firstLine(failed.files, failed.file);
  const isItself = failed.command.program === failed.file;
  if (line.endsWith("\r") && (isItself || /(?:^|\/)\w*sh$/.test(failed.command.program))) {
    return { why: `${why}; ${withLinesOfWindows(line)}` };
  }
  // What `env` says of a program that it does not find.
  const [, name] = /^#!\s*\S*\/env\s+(?:-\S+\s+)*(\S+)/.exec(line) ?? [];
  if (isItself && ended === "with status 127" && name !== undefined) {
    return {
      why: `${why}; its first line is ${quotedStart(line)}, and there may be no such program`,
      advice: `The program that it is to be run by, ${basename(name)}, may not be installed.`,
    };
  }
  return { why };
}

function withLinesOfWindows(line: string): string {
  return `its first line, ${
    quotedStart(line)
  }, ends with CR LF as on Windows, and the CR is taken for a part of it: ` +
    "save the file with LF alone";
}

function interpreterLine({ files, file }: FailedProgram): string | undefined {
  const line = firstLine(files, file);
  return line.startsWith("#!") ? line : undefined;
}
