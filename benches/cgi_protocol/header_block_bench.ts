/**
 * The header block of a program's output, whole and in small pieces.
 *
 * @module
 */
import { encodeLatin1 } from "../../lib/bytes/latin1.ts";
import { HeaderBlockReader } from "../../lib/cgi_protocol/header_block.ts";
import { HttpError } from "../../lib/http/errors.ts";
import { compare, repeat, type Subject } from "../support.ts";

/** Fields that are handed on, or the error. */
function reads(text: string, expected: number | "error", size = Infinity): Subject {
  const output = encodeLatin1(text);
  const step = Math.min(size, output.length);
  const run = () => {
    const reader = new HeaderBlockReader();
    try {
      for (let at = 0; at < output.length; at += step) {
        const found = reader.push(output.subarray(at, at + step));
        if (found) return found.block.fields.length;
      }
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      return "error";
    }
    return "incomplete";
  };
  return [run, expected];
}

const SHORT = "Content-Type: text/plain\r\n\r\nhello";
const PHP = "X-Powered-By: PHP/8.2\r\nSet-Cookie: session=8d4c2b1e0f6a47d9; path=/\r\n" +
  "Cache-Control: no-store\r\nStatus: 404 Not Found\r\nContent-type: text/html; charset=UTF-8\r\n\r\n<html>";
const LARGEST = 32 * 1024;
const line = (index: number) => `X-Field-${String(index).padStart(3, "0")}: ${"v".repeat(48)}\r\n`;
const many = (bytes: number) => `${repeat(Math.floor(bytes / line(0).length), line)}\r\n`;
const LINES = Math.floor(LARGEST / line(0).length);

compare("a program's header block", {
  "one field": reads(SHORT, 1),
  "PHP's": reads(PHP, 4),
  "32 KiB of fields": reads(many(LARGEST), LINES),
  "32 KiB, one byte not ASCII": reads(many(LARGEST).replace("vvv", "v\xe9v"), LINES),
  "32 KiB of fields of three bytes": reads(
    `${"a:\n".repeat(LARGEST / 3)}\n`,
    Math.floor(LARGEST / 3),
  ),
  "32 KiB, a byte at a time": reads(many(LARGEST), LINES, 1),
  "refused: 32 KiB, one field": reads(`A: ${"v".repeat(LARGEST)}\r\n\r\n`, "error"),
  "refused: 1 MiB in one piece": reads("v".repeat(1024 ** 2), "error"),
  "refused: no field": reads("hello\r\n\r\n", "error"),
});

// The same number of bytes each: what grows faster than its length shows.
const all = (bytes: number): Subject => {
  const [run, expected] = reads(many(bytes), Math.floor(bytes / line(0).length), 1);
  return [() => {
    let fields: unknown;
    for (let read = 0; read < LARGEST; read += bytes) fields = run();
    return fields;
  }, expected];
};

compare("a slow drip, 32 KiB of header blocks", {
  "16 of 2 KiB, a byte at a time": all(2048),
  "4 of 8 KiB, a byte at a time": all(8192),
  "1 of 32 KiB, a byte at a time": all(LARGEST),
});
