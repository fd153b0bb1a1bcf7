import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { parseCommandLine, UsageError } from "../../lib/cli/command_line.ts";
import { FileAccessError } from "../../lib/cli/file_problems.ts";
import { requests } from "../../lib/cli/requests.ts";
import { startInspector, TOKEN } from "../support/inspector.ts";

const run = async (...args: string[]) => await requests(parseCommandLine(["requests", ...args]));

Deno.test("wrong usage is refused before any server is asked", async () => {
  const wrong: [args: string[], said: string][] = [
    [["--status", "6xx"], "--status must be a status such as 404"],
    [["--since", "x"], "--since must be the id of a request"],
    [["--path", "x"], "--path must be the beginning of a path"],
    [["--host", "a b"], "--host must be a host"],
    [["-c", "a.yaml", "--admin", "http://127.0.0.1:8079/"], "not both"],
    [["--admin", "http://192.0.2.1:8079/?token=x"], "of this machine"],
    [["--admin", "https://127.0.0.1:8079/"], "--admin must be an address"],
    [["--admin", "nonsense here"], "--admin must be an address"],
    [["operand"], "unexpected argument"],
    [["--port", "80"], "--port is no option of"],
  ];
  for (const [args, said] of wrong) {
    const error = await assertRejects(() => run(...args), UsageError, undefined, args.join(" "));
    assertStringIncludes(error.message, said);
  }
  const secret = await assertRejects(() => run("--admin", "http://example.test/x?token=S3CRET"), UsageError);
  assertEquals(secret.message.includes("S3CRET"), false);
});

Deno.test("an inspector that does not answer, or not to this token, is said to be so", async () => {
  const admin = async (port: number, token: string) =>
    (await assertRejects(() => run("--admin", `http://127.0.0.1:${port}/?token=${token}`), FileAccessError))
      .message;
  let port: number;
  {
    await using inspector = startInspector();
    port = inspector.port;
    assertEquals(await admin(port, "wrong"), "the inspector does not take this token");
  }
  assertStringIncludes(await admin(port, TOKEN), "the inspector does not answer: ");
  const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const talking = (async () => {
    const connection = await other.accept();
    await connection.write(new TextEncoder().encode("SSH-2.0-OpenSSH\r\n"));
    connection.close();
  })();
  assertStringIncludes(await admin(other.addr.port, TOKEN), "the inspector does not answer: ");
  await talking;
  other.close();
});
