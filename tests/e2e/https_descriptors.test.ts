import { assertEquals } from "@std/assert";
import { makeCertificate, NO_TLS } from "../support/certificates.ts";
import { temporaryFolder } from "../support/launch.ts";
import { end, Output, program } from "../support/server.ts";
import { waitUntil } from "../support/wait.ts";

Deno.test({
  name: "a listener for TLS goes on after all descriptors were used up",
  ignore: NO_TLS || Deno.build.os !== "linux",
  async fn() {
    await using folder = await temporaryFolder();
    const { certificate } = await makeCertificate(folder.path, "site");
    await Deno.writeTextFile(
      `${folder.path}/webserv.yaml`,
      "access_log: off\nsandbox: off\ntimeouts: { header: 500ms }\nservers:\n" +
        '  - { listen: "127.0.0.1:0 ssl", ssl_certificate: site.pem, ssl_certificate_key: site.key, return: 200 here }\n',
    );
    const child = new Deno.Command("sh", {
      args: [
        "-c",
        'ulimit -n 120; exec "$@"',
        "sh",
        ...program(),
        "serve",
        "-c",
        `${folder.path}/webserv.yaml`,
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const said = new Output(child);
    const clients: Deno.Conn[] = [];
    try {
      await said.waitFor(/listening on .*\n/);
      const port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(said.stderr)![1]);
      for (let count = 0; count < 200; count++) {
        clients.push(await Deno.connect({ hostname: "127.0.0.1", port }));
      }
      // As many as there are descriptors have been accepted, and are let go of when they stay silent.
      await clients[0]!.read(new Uint8Array(1));
      clients.splice(0).forEach((client) => client.close());
      const client = Deno.createHttpClient({ caCerts: [certificate] });
      const ask = async () => {
        const response = await fetch(`https://127.0.0.1:${port}/`, {
          client,
          signal: AbortSignal.timeout(2000),
        });
        return await response.text();
      };
      let text = "";
      await waitUntil(async () => (text = await ask().catch(() => "")) !== "", "it answers again");
      assertEquals(text, "here");
      client.close();
    } finally {
      clients.forEach((client) => client.close());
      await end(child);
      await said.status;
    }
  },
});
