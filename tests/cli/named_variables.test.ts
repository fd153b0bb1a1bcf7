import { assertEquals } from "@std/assert";
import { fromFileUrl } from "@std/path";
import { NamedVariables } from "../../lib/cli/named_variables.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

Deno.test("NamedVariables remembers what was asked for, whether it is there or not", () => {
  const variables = new NamedVariables();
  assertEquals(variables.lookUp("PATH"), Deno.env.get("PATH"));
  assertEquals(variables.lookUp("NOBODY_HAS_THIS"), undefined);
  assertEquals(variables.lookUp("PATH"), Deno.env.get("PATH"));
  assertEquals(variables.names, ["NOBODY_HAS_THIS", "PATH"]);
  assertEquals(variables.withheld, []);
});

Deno.test({
  name: "a variable that is not UTF-8 is a mistake where the file names it, and nothing else is lost",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(
        `${folder}/webserv.yaml`,
        'servers:\n  - root: .\n    add_header: { A: "${RAW}" }\n    index: ${RAW:-a}\n    autoindex: 1\n',
      );
      const { code, stderr } = await new Deno.Command("sh", {
        args: ["-c", `RAW="$(printf 'a\\377')" exec "$DENO" run -A --no-check "$MAIN" check`],
        cwd: folder,
        env: { DENO: Deno.execPath(), MAIN, NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const problem = "the variable RAW of the environment is not UTF-8";
      assertEquals(
        new TextDecoder().decode(stderr),
        [
          `webserv.yaml:3: servers[0].add_header.A: ${problem}`,
          `webserv.yaml:4: servers[0].index: ${problem}`,
          'webserv.yaml:5: servers[0].autoindex: expected on or off, not "1"',
          "",
        ].join("\n"),
      );
      assertEquals(code, 2);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
