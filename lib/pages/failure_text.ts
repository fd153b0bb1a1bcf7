/**
 * A program's failure as text, for a terminal or a log.
 *
 * @module
 */
import { maskedEnvironment } from "../http/masked_environment.ts";
import type { FailureText, Said } from "../http/program_failure.ts";
import { commandLine, duration } from "./failure_words.ts";

/** As plain text, with the sections of the page in its order. */
export function failureText({ status, reason, why, reference, run, causes, excerpt }: FailureText): string {
  const facts: [string, string | undefined][] = [
    ["Script", run.file],
    ["Command", run.command.length === 0 ? undefined : commandLine(run.command)],
    ["FastCGI server", run.server],
    ["Ended", run.ended],
    ["Time", duration(run.duration)],
    ["Reference", reference],
  ];
  const parts = [
    `${status} ${reason}`,
    why,
    "",
    ...facts.flatMap(([name, value]) => value === undefined ? [] : [`${`${name}:`.padEnd(16)}${value}`]),
  ];
  const section = (title: string, lines: readonly string[]) =>
    parts.push("", title, ...lines.map((line) => `  ${line}`));
  if (causes.length > 0) {
    section(
      "What usually causes this:",
      causes.flatMap(({ what, remedy }) => [`- ${what}`, ...remedy ? [`  ${remedy}`] : []]),
    );
  }
  if (excerpt !== undefined) {
    section(
      `Line ${excerpt.line} of the script:`,
      excerpt.lines.map((line, index) => {
        const number = excerpt.first + index;
        return `${number === excerpt.line ? ">" : " "} ${String(number).padStart(5)}  ${line}`;
      }),
    );
  }
  section("Standard error:", linesOf(run.errors, "before"));
  section("Output:", linesOf(run.output, "behind"));
  const environment = maskedEnvironment(run.environment);
  if (environment.length > 0) section("Environment:", environment.map(([name, value]) => `${name}=${value}`));
  return parts.map(printable).join("\n") + "\n";
}

function linesOf({ text, isCut }: Said, cut: "before" | "behind"): string[] {
  if (text === "") return ["(nothing)"];
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/);
  if (!isCut) return lines;
  return cut === "before" ? ["[...]", ...lines] : [...lines, "[...]"];
}

/** SECURITY: what a program says must not drive the terminal that it is shown on. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}
