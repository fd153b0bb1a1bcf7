import { assertEquals } from "@std/assert";
import { DEFAULT_VIEW, keyOfView, viewOf } from "../../lib/pages/listing/view.ts";
import { pagePolicy, policyWithNonce } from "../../lib/pages/policy.ts";

Deno.test("viewOf() reads the order, the layout and the search of a query", () => {
  const cases: [string | undefined, Partial<typeof DEFAULT_VIEW>][] = [
    [undefined, {}],
    ["", {}],
    ["v=3&utm_source=x", {}],
    ["sort=size", { sort: "size" }],
    ["sort=-size", { sort: "size", descending: true }],
    ["sort=size&order=desc", { sort: "size", descending: true }],
    ["sort=name&sort=-modified", { sort: "modified", descending: true }],
    ["sort=colour&view=cinema", {}],
    ["sort=-colour", {}],
    ["view=grid&sort=type", { layout: "grid", sort: "type" }],
    ["q=", {}],
    ["q=+%20+", {}],
    ["q=two+words", { search: "two words" }],
    ["q=%ff%f0", { search: "\ufffd\ufffd" }],
    [`q=${"x".repeat(400)}`, { search: "x".repeat(255) }],
  ];
  for (const [query, expected] of cases) assertEquals(viewOf(query), { ...DEFAULT_VIEW, ...expected }, query);
});

Deno.test("keyOfView() is the same for what is shown in the same way", () => {
  assertEquals(keyOfView(viewOf("sort=size&order=desc")), keyOfView(viewOf("x&sort=-size")));
  assertEquals(
    new Set(["", "sort=size", "sort=-size", "view=grid"].map((query) => keyOfView(viewOf(query)))).size,
    4,
  );
});

Deno.test("pagePolicy() names what may run by its hash, and nothing else may", () => {
  const policy = pagePolicy({ styles: ["aa"], scripts: ["bb", "cc"] });
  for (
    const part of [
      "default-src 'none'",
      "script-src 'sha256-bb' 'sha256-cc'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]
  ) {
    assertEquals(policy.split("; ").includes(part), true, part);
  }
  assertEquals(/unsafe|\*|https?:/.test(policy), false);
  assertEquals(
    policyWithNonce(policy, "nn").includes("; script-src 'nonce-nn' 'sha256-bb' 'sha256-cc';"),
    true,
  );
  const bare = pagePolicy({ styles: [], scripts: [] });
  assertEquals(bare.includes("script-src 'none';"), true);
  assertEquals(
    policyWithNonce(bare, "nn").includes("; script-src 'nonce-nn';"),
    true,
    policyWithNonce(bare, "nn"),
  );
});
