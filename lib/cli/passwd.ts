/**
 * `webserv passwd`: a user's line for a file of users, as htpasswd writes it.
 *
 * @module
 */
import { makeHash } from "../access/make_hash.ts";
import { withUser } from "../access/user_line.ts";
import { askSecretly, canAsk, readInputLine } from "../runtime/secret_input.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { FileAccessError, readingProblem, writingProblem } from "./file_problems.ts";
import { print, printToStderr } from "./console.ts";
import { checkPassword, checkUserName } from "./password.ts";
import { replaceFile } from "./replace_file.ts";

/** What a shell gives as the exit status of a program that Ctrl+C has ended. */
const INTERRUPTED = 130;

/** Resolves with the exit status. @throws {UsageError | FileAccessError} */
export async function passwd({ operand, secondOperand }: CommandLine): Promise<number> {
  const [file, name] = secondOperand === undefined ? [undefined, operand] : [operand, secondOperand];
  if (name === undefined) throw new UsageError("passwd needs a user: webserv passwd users.htpasswd anna");
  checkUserName(name);
  checkWritten(name);
  // Before somebody has typed a password for nothing.
  const before = file === undefined ? undefined : textOf(file);
  const password = await passwordFor(name);
  if (password === undefined) return INTERRUPTED;
  checkPassword(password);
  const line = `${name}:${makeHash(password)}`;
  if (file === undefined) {
    print(`${line}\n`);
    return 0;
  }
  const { text, isNew } = withUser(before ?? "", name, line);
  try {
    replaceFile(file, text);
  } catch (error) {
    throw new FileAccessError(`${file} ${writingProblem(error, file)}`);
  }
  printToStderr(`${file}: ${isNew ? `${name} may log in` : `${name} has another password`}`);
  return 0;
}

/** What is lost in a file of users, whose lines are read without the space around them. @throws {UsageError} */
function checkWritten(name: string): void {
  if (!name.startsWith("#") && name === name.trim()) return;
  throw new UsageError(
    "a name that begins with # or a space, or ends with one, is lost in a file: choose another",
  );
}

/** Undefined where nobody wants to say it any more. @throws {UsageError} */
async function passwordFor(name: string): Promise<string | undefined> {
  if (!canAsk()) {
    const line = await readInputLine();
    if (line === undefined) {
      throw new UsageError("there is no password on standard input: write it there, on one line");
    }
    return line;
  }
  const first = askSecretly(`Password for ${name}: `);
  if (typeof first !== "object") return undefined;
  checkPassword(first.text);
  const again = askSecretly("Once more: ");
  if (typeof again !== "object") return undefined;
  if (again.text !== first.text) {
    throw new UsageError("the two passwords are not the same: nothing was written");
  }
  return first.text;
}

/** Undefined where there is no such file. @throws {UsageError | FileAccessError} */
function textOf(file: string): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Deno.readFileSync(file));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof TypeError) {
      throw new FileAccessError(`${file} is no text in UTF-8: nothing was written`);
    }
    throw new FileAccessError(`${file} ${readingProblem(error, file)}`);
  }
}
