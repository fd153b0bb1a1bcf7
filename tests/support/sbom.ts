/**
 * What can be checked of a CycloneDX list without its schema.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

/** Rules of the schema that any list must keep: https://cyclonedx.org/docs/1.6/json/ */
export function assertKeepsRules(text: string): void {
  const list = JSON.parse(text);
  const refs: string[] = [
    list.metadata.component,
    ...list.metadata.component.components,
    ...list.components,
  ].map((one) => one["bom-ref"]);
  assertEquals(new Set(refs).size, refs.length, "every bom-ref is there once");
  assertMatch(list.metadata.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const { type, purl, hashes = [], licenses, name, version } of list.components) {
    assert(["library", "platform"].includes(type) && name && version, name);
    assertMatch(purl, /^pkg:(npm|github)\/(%40[a-z0-9.-]+\/)?[a-z0-9./-]+@v?\d[0-9A-Za-z.-]*$/);
    for (const { content } of hashes) assertMatch(content, /^[0-9a-f]{128}$/);
    assertEquals(licenses.length, 1);
  }
  const named = new Set<string>();
  for (const { ref, dependsOn = [] } of list.dependencies) {
    assert(!named.has(ref), ref);
    named.add(ref);
    for (const one of [ref, ...dependsOn]) assert(refs.includes(one), `${one} is a component`);
    assertEquals(new Set(dependsOn).size, dependsOn.length);
  }
  for (const { purl } of list.components) assert(named.has(purl), `${purl} is in the tree`);
}
