/**
 * The least that a server on Deno can do: one read, one write of a fixed answer, and an end where that is asked for.
 * Its CPU time is what the runtime costs before any HTTP. Arguments: the port and the length of the content.
 *
 * @module
 */
const [port, length] = Deno.args.map(Number);
const answer = (fields: string) =>
  new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${fields}Content-Length: ${length}\r\n\r\n${
      "a".repeat(length!)
    }`,
  );
const staying = answer(""), closing = answer("Connection: close\r\n");

const CLOSE = new TextEncoder().encode("Connection: close\r\n");

/** The load program sends its fields in no certain order. */
function wantsClose(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(CLOSE[0]!); at >= 0; at = bytes.indexOf(CLOSE[0]!, at + 1)) {
    if (CLOSE.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}

async function answerAll(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    for (let count; (count = await connection.read(buffer)) !== null;) {
      const stays = !wantsClose(buffer.subarray(0, count));
      let rest = stays ? staying : closing;
      while (rest.length > 0) rest = rest.subarray(await connection.write(rest));
      if (!stays) break;
    }
  } catch {
    // The client went away.
  }
  connection.close();
}

for await (const connection of Deno.listen({ hostname: "127.0.0.1", port: port! })) {
  void answerAll(connection);
}
