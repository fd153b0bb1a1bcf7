import { assertEquals } from "@std/assert";
import { judgePolicies } from "../../lib/live/policy.ts";
import { metaPolicies } from "../../lib/live/meta_policies.ts";

const ORIGIN = { scheme: "http", host: "localhost:8080" } as const;

/** Policies, with the nonce and what forbids the script or its stream. */
const CASES: readonly (readonly [policies: string[], nonce: string | undefined, forbids?: string])[] = [
  [[], undefined],
  [["frame-ancestors 'none'"], undefined],
  [["default-src 'self'"], undefined],
  [["DEFAULT-SRC 'SELF'"], undefined],
  [["default-src 'none'"], undefined, "default-src 'none'"],
  [["default-src"], undefined, "default-src"],
  [["script-src 'nonce-abc='"], "abc="],
  [["script-src 'nonce-abc' 'strict-dynamic' 'self'"], "abc"],
  [["script-src 'strict-dynamic' 'self' *"], undefined, "script-src 'strict-dynamic' 'self' *"],
  [["script-src 'self'; connect-src 'none'"], undefined, "connect-src 'none'"],
  [["default-src 'none'; script-src 'self'"], undefined, "default-src 'none'"],
  [["default-src 'none'; script-src 'nonce-a'; connect-src 'self'"], "a"],
  [["script-src 'none'; script-src-elem 'self'"], undefined],
  [["script-src 'self'; script-src-elem 'none'"], undefined, "script-src-elem 'none'"],
  [["script-src 'unsafe-inline' 'unsafe-eval'"], undefined, "script-src 'unsafe-inline' 'unsafe-eval'"],
  [["script-src 'self'; script-src 'none'"], undefined],
  // Several policies have to agree, in one field or in several.
  [["script-src 'self'", "script-src 'nonce-b'"], "b"],
  [["script-src 'nonce-a', script-src 'nonce-b'"], "a", "script-src 'nonce-a'"],
  [["script-src 'nonce-a' 'nonce-b'", "script-src 'nonce-b'"], "b"],
  [["default-src *", "connect-src 'none'"], undefined, "connect-src 'none'"],
  [["sandbox"], undefined, "sandbox"],
  [["sandbox allow-scripts"], undefined, "sandbox allow-scripts"],
  [["sandbox allow-scripts allow-same-origin"], undefined],
  // Hosts.
  [["default-src *"], undefined],
  [["default-src http:"], undefined],
  [["default-src https:"], undefined, "default-src https:"],
  [["default-src data: blob:"], undefined, "default-src data: blob:"],
  [["default-src localhost:8080"], undefined],
  [["default-src http://localhost:8080"], undefined],
  [["default-src https://localhost:8080"], undefined, "default-src https://localhost:8080"],
  [["default-src localhost:*"], undefined],
  [["default-src localhost"], undefined, "default-src localhost"],
  [["default-src localhost:8080/.webserv/"], undefined],
  [["default-src localhost:8080/js/"], undefined, "default-src localhost:8080/js/"],
  [["default-src *.localhost:8080"], undefined, "default-src *.localhost:8080"],
  [["default-src https://cdn.example"], undefined, "default-src https://cdn.example"],
];

Deno.test("judgePolicies() finds the nonce that a script needs, and the directive that forbids it", () => {
  for (const [policies, nonce, forbids] of CASES) {
    const verdict = judgePolicies(policies, [], ORIGIN);
    assertEquals(verdict, { nonce, forbids }, JSON.stringify(policies));
  }
});

Deno.test("judgePolicies() knows wildcards of names, and ports of schemes", () => {
  const forbids = (policy: string, scheme: "http" | "https", host: string) =>
    judgePolicies([policy], [], { scheme, host }).forbids;
  assertEquals(forbids("default-src *.localhost:8080", "http", "a.localhost:8080"), undefined);
  assertEquals(forbids("default-src a.localhost", "http", "a.localhost"), undefined);
  assertEquals(forbids("default-src https://a.localhost", "https", "a.localhost"), undefined);
  assertEquals(forbids("default-src http:", "https", "a.localhost"), undefined);
  assertEquals(forbids("default-src [::1]:8080", "http", "[::1]:8080"), undefined);
});

Deno.test("judgePolicies() has the nonce of a policy that only reports, where the others let it", () => {
  const nonce = (enforced: string[], reported: string[]) => judgePolicies(enforced, reported, ORIGIN);
  assertEquals(nonce([], ["script-src 'nonce-r'"]), { nonce: "r", forbids: undefined });
  assertEquals(nonce([], ["default-src 'none'"]), { nonce: undefined, forbids: undefined });
  assertEquals(nonce(["script-src 'nonce-a'"], ["script-src 'nonce-r'"]), { nonce: "a", forbids: undefined });
});

Deno.test("metaPolicies() finds policies in meta elements, however they are written", () => {
  const policy = "script-src 'nonce-x'";
  for (
    const page of [
      `<!doctype html><meta http-equiv="Content-Security-Policy" content="${policy}">`,
      `<META CONTENT="${policy}" HTTP-EQUIV=content-security-policy />`,
      `<meta\nhttp-equiv='Content-Security-Policy'\ncontent="script-src &#39;nonce-x&#39;">`,
      `<!-- <meta http-equiv="Content-Security-Policy" content="none"> --><meta http-equiv="Content-Security-Policy" content="${policy}">`,
    ]
  ) {
    assertEquals(metaPolicies(page), [policy], page);
  }
  assertEquals(metaPolicies(`<meta name="Content-Security-Policy" content="${policy}">`), []);
  assertEquals(metaPolicies("<meta http-equiv=refresh content='1'>"), []);
});

Deno.test("metaPolicies() takes no longer for what is made to take long", () => {
  const begun = performance.now();
  metaPolicies("content-security-policy" + "<meta a".repeat(4600));
  metaPolicies("content-security-policy<meta " + "a ".repeat(16_000));
  metaPolicies("content-security-policy<meta " + `"`.repeat(32_000));
  metaPolicies("content-security-policy" + "<!--".repeat(8_000));
  judgePolicies(["script-src " + "a.".repeat(16_000)], [], ORIGIN);
  judgePolicies([" ".repeat(32_000) + "x"], [], ORIGIN);
  const took = performance.now() - begun;
  assertEquals(took < 500, true, `${took} ms`);
});
