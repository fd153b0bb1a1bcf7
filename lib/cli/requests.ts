/**
 * `webserv requests`: what a running server's inspector has, in a terminal or for programs.
 *
 * @module
 */
import { accepts, FILTER_NAMES, FilterError, type FilterName, parseFilters } from "../inspector/filters.ts";
import { askInspector, type InspectorAt, linesOf, NoInspectorError, textOf } from "../inspector/client.ts";
import type { RequestSummary } from "../inspector/record.ts";
import { isSummary } from "../inspector/shapes.ts";
import { currentTerminal } from "../runtime/terminal.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { FileAccessError } from "./file_problems.ts";
import { print } from "./console.ts";
import { findInspector, INSPECTOR_ASKING } from "./find_inspector.ts";
import { tableHead, tableRow, type TableStyle } from "./requests_table.ts";

/** Bytes of a list, at most. */
const MOST_LIST = 64 * 1024 * 1024;

/** A stream that is lost is asked for again so often, and after so many milliseconds: a reload may take a moment. */
const TRIES = 10, PAUSE = 200;

/** @throws {UsageError | FileAccessError} */
export async function requests(commandLine: CommandLine): Promise<void> {
  const { switches, config, admin } = commandLine;
  if (config !== undefined && admin !== undefined) {
    throw new UsageError("either --config or --admin, not both");
  }
  const query = queryOf(commandLine), isJson = switches.has("json"), style = styleOf();
  const inspector = await findInspector({ admin, config });
  try {
    if (switches.has("follow")) await follow(inspector, query, isJson, style);
    else await list(inspector, query, isJson, style);
  } catch (error) {
    throw error instanceof NoInspectorError
      ? new FileAccessError(`the inspector does not answer: ${error.message}`)
      : error;
  }
}

function styleOf(): TableStyle {
  const { stdout, colour, columns } = currentTerminal();
  return stdout ? { colour, columns } : { colour: false, columns: undefined };
}

/** What was asked for, as the inspector takes it. @throws {UsageError} */
function queryOf({ filters, host }: CommandLine): URLSearchParams {
  const written = new Map(filters);
  const value = (name: FilterName) => name === "host" ? host : written.get(name);
  try {
    parseFilters(value);
  } catch (error) {
    throw error instanceof FilterError ? new UsageError(`--${error.message}`) : error;
  }
  const given = FILTER_NAMES.map((name) => [name, value(name) ?? ""]).filter(([, text]) => text !== "");
  return new URLSearchParams(given as string[][]);
}

async function list(
  inspector: InspectorAt,
  query: URLSearchParams,
  isJson: boolean,
  style: TableStyle,
): Promise<void> {
  const text = await textOf(await ask(inspector, `/requests?${query}`), MOST_LIST);
  if (isJson) return print(text);
  const found = (JSON.parse(text) as unknown[]).filter(isSummary);
  print([tableHead(style), ...found.map((one) => tableRow(one, style))].map((row) => `${row}\n`).join(""));
}

/** Ends only with the server, or by a signal. */
async function follow(
  inspector: InspectorAt,
  query: URLSearchParams,
  isJson: boolean,
  style: TableStyle,
): Promise<never> {
  const show = (summary: RequestSummary) =>
    print(isJson ? `${JSON.stringify(summary)}\n` : `${tableRow(summary, style)}\n`);
  if (!isJson) print(`${tableHead(style)}\n`);
  let since = Number(query.get("since") ?? "0");
  for (let tries = TRIES; tries > 0; tries--) {
    query.set("since", String(since));
    try {
      for await (const summary of eventsOf(inspector, query)) {
        tries = TRIES;
        since = Math.max(since, summary.id);
        show(summary);
      }
    } catch (error) {
      if (!(error instanceof NoInspectorError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw new FileAccessError("the server has ended");
}

async function* eventsOf(inspector: InspectorAt, query: URLSearchParams): AsyncGenerator<RequestSummary> {
  const filters = parseFilters((name) => query.get(name));
  for await (const line of linesOf(await ask(inspector, `/events?${query}`))) {
    if (!line.startsWith("data: {")) continue;
    const summary: unknown = JSON.parse(line.slice("data: ".length));
    if (isSummary(summary) && accepts(filters, summary)) yield summary;
  }
}

/** @throws {FileAccessError} if it refuses */
async function ask(inspector: InspectorAt, target: string) {
  const answer = await askInspector(inspector, target, INSPECTOR_ASKING);
  if (answer.status === 200) return answer;
  await answer.body.return();
  throw new FileAccessError(
    answer.status === 401
      ? "the inspector does not take this token"
      : `the inspector answers ${answer.status}`,
  );
}
