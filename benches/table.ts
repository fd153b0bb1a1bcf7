/**
 * The table in docs/benchmarks.md, a line for each group with its ordinary case and its dearest one:
 * `deno task bench:parts --json | deno run benches/table.ts`. The times are the shortest ones, since other programs on
 * the machine make them longer and never shorter.
 *
 * @module
 */

/** What of the report of `deno bench --json` counts here; times are nanoseconds. */
interface Report {
  readonly runtime: string;
  readonly cpu: string;
  readonly benches: readonly {
    readonly group: string;
    readonly name: string;
    readonly baseline: boolean;
    readonly results: readonly { readonly ok: { readonly min: number } }[];
  }[];
}

interface Row {
  readonly name: string;
  readonly time: number;
}

/** By group, the ordinary case first. */
function groupsOf({ benches }: Report): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const { group, name, baseline, results } of benches) {
    const rows = groups.get(group) ?? [];
    groups.set(group, rows);
    const row = { name, time: results[0]!.ok.min };
    if (baseline) rows.unshift(row);
    else rows.push(row);
  }
  return groups;
}

/** Three digits and a unit. */
function format(nanoseconds: number): string {
  const units = ["ns", "us", "ms", "s"];
  let value = nanoseconds, unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${digits(value)} ${units[unit]}`;
}

const digits = (value: number) => value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

const report: Report = await new Response(Deno.stdin.readable).json();
console.log(`${report.cpu}, ${report.runtime.split(" ")[0]}.\n`);
console.log("| part | ordinary | | dearest | | x |\n| --- | --- | ---: | --- | ---: | ---: |");
for (const [group, [ordinary, ...others]] of groupsOf(report)) {
  const dearest = others.reduce((a, b) => a.time > b.time ? a : b);
  const cells = [group, ordinary!.name, format(ordinary!.time), dearest.name, format(dearest.time)];
  console.log(`| ${cells.join(" | ")} | ${digits(dearest.time / ordinary!.time)} |`);
}
