/**
 * A configuration as JSON for people: short values on one line, `Infinity` as a text, a run of codes with the same
 * error page as one.
 *
 * @module
 */

const WIDTH = 100;

/** JSON text without a line end. */
export function print(value: unknown, indent = "", key = ""): string {
  const oneLine = key + flat(value);
  if (indent.length + oneLine.length <= WIDTH || typeof value !== "object" || value === null) return oneLine;
  const deeper = indent + "  ";
  const members = Array.isArray(value)
    ? value.map((item) => print(item, deeper))
    : entries(value).map(([key, item]) => print(item, deeper, `${JSON.stringify(key)}: `));
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${key}${open}\n${members.map((member) => deeper + member).join(",\n")}\n${indent}${close}`;
}

function flat(value: unknown): string {
  if (value === Infinity) return '"Infinity"';
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(flat).join(", ")}]`;
  const members = entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${flat(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}

function entries(value: object): [string, unknown][] {
  const joined: { first: string; last: string; item: unknown }[] = [];
  for (const [key, item] of Object.entries(value)) {
    const run = joined.at(-1);
    const continues = run !== undefined && /^\d+$/.test(key) && Number(key) === Number(run.last) + 1 &&
      run.item === item;
    if (continues) run.last = key;
    else joined.push({ first: key, last: key, item });
  }
  return joined.map(({ first, last, item }) => [first === last ? first : `${first}-${last}`, item]);
}
