/**
 * The least that a server on Deno can do: one read, one write of a fixed answer. Its CPU time is what the runtime
 * costs before any HTTP. Arguments: the port and the length of the content.
 *
 * @module
 */
const [port, length] = Deno.args.map(Number);
const head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: " + length + "\r\n\r\n";
const answer = new TextEncoder().encode(head + "a".repeat(length!));

async function answerAll(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    while (await connection.read(buffer) !== null) {
      for (let sent = 0; sent < answer.length;) sent += await connection.write(answer.subarray(sent));
    }
  } catch {
    // The client went away.
  }
  connection.close();
}

for await (const connection of Deno.listen({ hostname: "127.0.0.1", port: port! })) {
  void answerAll(connection);
}
