/**
 * A response's content onto the wire, read from its source and written piece by piece.
 *
 * @module
 */
import { encodeLatin1Into } from "../../bytes/latin1.ts";
import type { BodySource } from "../../http/message.ts";
import { CHUNK_HEAD_LENGTH, chunkHead, LAST_CHUNK, type ResponseFraming } from "../../http1/writer.ts";
import type { ByteStream } from "../byte_stream.ts";
import { BodyLengthError } from "../failures.ts";

/**
 * Sends a head and the content behind it. Closes the source.
 *
 * @param onSent is told the bytes of content in each write
 * @throws {BodyLengthError} if less came than was announced, or more, which is cut
 * @throws {GoneError} if the client leaves
 */
export async function sendSource(
  stream: ByteStream,
  head: string,
  source: BodySource,
  framing: ResponseFraming,
  onSent: (count: number) => void,
): Promise<void> {
  const pool = stream.context.bodyBuffers(source.length);
  const buffer = pool.take();
  const chunked = framing === "chunked";
  const before = chunked ? CHUNK_HEAD_LENGTH : 0, after = chunked ? 2 : 0;
  let left = source.length ?? Infinity;
  try {
    let filled = encodeLatin1Into(head, buffer, 0);
    if (!source.prompt) {
      await stream.write(buffer.subarray(0, filled));
      filled = 0;
    }
    while (left > 0) {
      const start = filled + before;
      const room = Math.min(buffer.length - after - start, left);
      const count = await source.read(buffer.subarray(start, start + room));
      if (count === null) break;
      if (chunked) {
        encodeLatin1Into(chunkHead(count), buffer, filled);
        encodeLatin1Into("\r\n", buffer, start + count);
      }
      await stream.write(buffer.subarray(0, start + count + after));
      filled = 0;
      left -= count;
      onSent(count);
    }
    if (left > 0 && left !== Infinity) {
      throw new BodyLengthError("The body ended before its announced length");
    }
    const end = chunked ? encodeLatin1Into(LAST_CHUNK, buffer, filled) : filled;
    if (end > 0) await stream.write(buffer.subarray(0, end));
    if (left === 0 && source.isAtEnd && !(await source.isAtEnd())) {
      throw new BodyLengthError("The body was longer than announced and has been cut");
    }
  } catch (error) {
    pool.lose();
    throw error;
  } finally {
    source.close();
  }
  pool.give(buffer);
}
