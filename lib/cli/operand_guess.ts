/**
 * What an operand that names nothing was meant to be, as the end of the message that refuses it.
 *
 * @module
 */
import { nearestWord } from "../config/suggestion.ts";
import { COMMANDS, OPTIONS } from "./options.ts";

/** An option that is called as many a folder is, which whoever writes it means. */
const FOLDER_NAME = "public";

/** `: did you mean --port 3000?`, or nothing. */
export function operandGuess(operand: string): string {
  const guess = guessOf(operand);
  return guess === undefined ? "" : `: did you mean ${guess}?`;
}

function guessOf(operand: string): string | undefined {
  const [, host, port] = /^(?:https?:\/\/)?(?:(\[[0-9a-f:.]+\]|[\w.-]+):|:)?(\d{1,5})\/?$/i.exec(operand) ??
    [];
  if (port !== undefined && Number(port) <= 65535) {
    return host === undefined ? `--port ${Number(port)}` : `--host ${host} --port ${Number(port)}`;
  }
  const command = nearestWord(operand, COMMANDS.map(({ name }) => name));
  if (command !== undefined) return `webserv ${command}`;
  const option = nearestWord(operand, OPTIONS.map(({ name }) => name).filter((name) => name !== FOLDER_NAME));
  return option === undefined ? undefined : `--${option}`;
}
