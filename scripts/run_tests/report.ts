/**
 * Reads the report that `deno test --junit-path` writes.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

/** The names of the tests that were not run, in order. */
export function ignoredTests(report: string): string[] {
  return [...report.matchAll(/<testcase name="([^"]*)"[^>]*>\s*<skipped/g)].map(([, name]) =>
    name!.replaceAll(/&(lt|gt|quot|apos|amp);/g, (_, word) => ENTITIES[word]!)
      .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
  );
}
