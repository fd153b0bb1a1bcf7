import { assertEquals, assertMatch } from "@std/assert";
import type { Response } from "../../lib/http/message.ts";
import { site } from "../support/site.ts";

const SITE = `
servers:
  - listen: 8080
    root: www
    error_page: { 403: /sorry.html }
    locations:
      /app/: { alias: dist }
      /gone: { return: 404 }
      /api/: { return: 503 }
      /cgi/: { alias: programs, cgi: { .sh: sh } }
`;
const FILES = { "www/sorry.html": "sorry", "www/folder/x": "", "dist/a": "", "programs/bad.sh": "" };

Deno.test("an answer that is an error knows why, for the access log on a terminal", async () => {
  const { ask } = site(SITE, FILES, () => "no header block");
  const cases: [string, number, RegExp | undefined][] = [
    ["/sorry.html", 200, undefined],
    ["/missing", 404, /^not found in \/site\/www$/],
    ["/app/missing", 404, /^not found in \/site\/dist$/],
    ["/gone", 404, /^return: 404$/],
    ["/folder/", 403, /./],
    ["/cgi/bad.sh", 502, /./],
  ];
  for (const [target, status, why] of cases) {
    const answer = await ask(target) as unknown as Response;
    assertEquals(answer.status, status, target);
    if (why === undefined) assertEquals(answer.why, undefined);
    else assertMatch(answer.why ?? "", why, target);
  }
});
