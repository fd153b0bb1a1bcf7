import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { AUTHORITY_LIFE, createAuthority } from "../../lib/authority/authority.ts";
import { readCertificate } from "../../lib/authority/certificate.ts";
import { fromPem } from "../../lib/authority/pem.ts";
import {
  type AuthorityOutside,
  LocalAuthorityError,
  openLocalCertificates,
} from "../../lib/supervisor/local_certificates.ts";

async function newOutside(changes: Partial<AuthorityOutside> = {}) {
  const home = await Deno.makeTempDir({ prefix: "webserv-authority-" });
  const outside: AuthorityOutside = {
    folder: join(home, "webserv"),
    user: Deno.uid() ?? undefined,
    userName: "ann",
    machine: "ann-laptop",
    now: () => Date.now(),
    ...changes,
  };
  return { outside, home, [Symbol.asyncDispose]: () => Deno.remove(home, { recursive: true }) };
}

Deno.test("the authority is made at first need, and is the same from then on", async () => {
  await using made = await newOutside();
  const first = await openLocalCertificates(made.outside), second = await openLocalCertificates(made.outside);
  assertEquals(first.caPem, second.caPem);
  assertEquals(await Deno.readTextFile(join(made.outside.folder!, "ca.crt")), first.caPem);
  assertEquals([first.notice, second.notice], [undefined, undefined]);
  assertEquals(first.authority.description.name, "webserv local authority (ann@ann-laptop)");
  assert(!first.caPem.includes("KEY"));
});

Deno.test("it signs for local names, and says of others what to do", async () => {
  await using made = await newOutside();
  const local = await openLocalCertificates(made.outside);
  const { certificate, key, notAfter } = await local.forNames(["localhost", "127.0.0.1", "::1"]);
  assertEquals(
    readCertificate(fromPem("CERTIFICATE", certificate)!).notAfter,
    Math.floor(notAfter / 1000) * 1000,
  );
  assertStringIncludes(key, "BEGIN PRIVATE KEY");
  const refused: [string[], string][] = [
    [["localhost", "example.com"], "may not sign for example.com"],
    [["localhost", "example.com"], "ssl_certificate"],
    [["*.localhost"], "may not sign for *.localhost"],
  ];
  for (const [names, message] of refused) {
    await assertRejects(() => local.forNames(names), LocalAuthorityError, message);
  }
});

Deno.test("an authority does not know the name that its machine has got since", async () => {
  await using made = await newOutside();
  await openLocalCertificates(made.outside);
  const renamed = await openLocalCertificates({ ...made.outside, machine: "new-laptop" });
  await assertRejects(() => renamed.forNames(["new-laptop"]), LocalAuthorityError, "another name");
  await renamed.forNames(["ann-laptop"]);
});

Deno.test("an authority whose time is nearly over is renewed, and it is said that it has to be trusted again", async () => {
  for (const [age, message] of [[0.95, "is nearly over"], [1.05, "was over"]] as const) {
    await using made = await newOutside();
    const { outside } = made, then = Date.now() - age * AUTHORITY_LIFE;
    const old = await openLocalCertificates({ ...outside, now: () => then });
    const renewed = await openLocalCertificates(outside);
    assert(old.caPem !== renewed.caPem);
    assertStringIncludes(renewed.notice!, message);
    assertStringIncludes(renewed.notice!, "webserv trust again");
    assertEquals(renewed.earlier().map(({ pem }) => pem), [old.caPem]);
    const again = await openLocalCertificates(outside);
    assertEquals([again.caPem, again.notice], [renewed.caPem, undefined]);
    assertEquals(await Deno.readTextFile(join(outside.folder!, "ca.crt")), renewed.caPem);
  }
});

Deno.test("a file that is no authority is left as it is, and said", async () => {
  await using made = await newOutside();
  const { outside } = made, path = join(outside.folder!, ".authority.pem");
  await Deno.mkdir(outside.folder!, { mode: 0o700 });
  await Deno.writeTextFile(path, "something", { mode: 0o600 });
  const error = await assertRejects(() => openLocalCertificates(outside), LocalAuthorityError);
  assertStringIncludes(error.message, path);
  assertStringIncludes(error.message, "move it away");
  assertEquals(await Deno.readTextFile(path), "something");
});

Deno.test("without a home it is said which variable names one", async () => {
  await using made = await newOutside({ folder: undefined });
  await assertRejects(() => openLocalCertificates(made.outside), LocalAuthorityError, "WEBSERV_DATA");
});

const MODULE = new URL("../../lib/supervisor/local_certificates.ts", import.meta.url).href;

Deno.test("of many programs that start at the same moment all come to one authority", async () => {
  const code = `const { openLocalCertificates } = await import("${MODULE}");
    await Deno.stdin.read(new Uint8Array(1));
    console.log((await openLocalCertificates()).authority.description.fingerprint);`;
  for (const age of [undefined, 0.95]) {
    await using made = await newOutside();
    const folder = made.outside.folder!;
    if (age !== undefined) {
      await Deno.mkdir(folder, { mode: 0o700 });
      await Deno.writeTextFile(
        join(folder, ".authority.pem"),
        createAuthority({ user: "ann", machine: "ann-laptop" }, Date.now() - age * AUTHORITY_LIFE),
        { mode: 0o600 },
      );
    }
    const children = Array.from({ length: 6 }, () =>
      new Deno.Command(Deno.execPath(), {
        args: ["eval", "--no-check", "--quiet", code],
        env: { WEBSERV_DATA: folder },
        cwd: fromFileUrl(new URL("../../", import.meta.url)),
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn());
    // All are let go together.
    await Promise.all(children.map((child) => child.stdin.close()));
    const outputs = await Promise.all(children.map((child) => child.output()));
    const fingerprints = outputs.map(({ stdout }) => new TextDecoder().decode(stdout).trim());
    assertEquals(new Set(fingerprints).size, 1, fingerprints.join("\n"));
    assert(fingerprints[0] !== "");
    const left = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
      !/^(?:\.authority\.pem|ca\.crt|ca-\w{16}\.crt)$/.test(name)
    );
    assertEquals(left, []);
  }
});
