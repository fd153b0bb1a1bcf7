/**
 * `webserv explain URL`: what the server would answer, and why.
 *
 * @module
 */
import { relative } from "@std/path";
import type { Config } from "../config/types.ts";
import { addressQuestion, QuestionError } from "../explain/address.ts";
import type { ExplainPorts } from "../explain/dry_services.ts";
import { explain } from "../explain/explain.ts";
import { explanationJson } from "../explain/json.ts";
import { explanationText } from "../explain/report.ts";
import type { LiveFeed } from "../ports.ts";
import { clock } from "../runtime/clock.ts";
import { SystemCompression } from "../runtime/compression.ts";
import { fileSystem } from "../runtime/files.ts";
import { storeFiles } from "../runtime/store_files.ts";
import { withAddresses } from "../supervisor/endpoints.ts";
import { LazyLive } from "../supervisor/lazy_live.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { loadConfiguration } from "./configuration.ts";
import { outputWidth, print } from "./console.ts";

/** @throws {UsageError | ConfigError | FileAccessError} */
export async function explainUrl(commandLine: CommandLine): Promise<void> {
  const { operand: url, method = "GET", requestFields, switches } = commandLine;
  if (url === undefined) {
    throw new UsageError("explain needs a URL, or a path: webserv explain http://localhost:8080/index.html");
  }
  // Without a file it is the current folder that would be served.
  const loaded = await loadConfiguration({ ...commandLine, command: "serve", operand: undefined });
  const config = withAddresses(loaded.config);
  try {
    const question = addressQuestion(config, { url, method, fields: requestFields });
    const explanation = await explain(config, question, await explainPorts(config));
    if (switches.has("json")) {
      print(`${JSON.stringify(explanationJson(explanation, question), undefined, 2)}\n`);
      return;
    }
    const file = config.file === undefined ? undefined : nameOf(config.file);
    print(explanationText(explanation, question, { width: Math.min(outputWidth(), WIDEST), file }));
  } catch (error) {
    throw error instanceof QuestionError ? new UsageError(error.message) : error;
  }
}

const WIDEST = 80;

function nameOf(file: string): string {
  const short = relative(Deno.cwd(), file);
  return short.startsWith("..") ? file : short;
}

/** Everything of this machine that explaining reads. */
export async function explainPorts(config: Config): Promise<ExplainPorts> {
  const live = new LazyLive(NO_EVENTS, clock);
  await live.prepare(config);
  return {
    files: fileSystem,
    isLink: (path) => storeFiles.isLink(path),
    clock,
    compression: new SystemCompression(),
    live: live.pages,
  };
}

const NO_EVENTS: LiveFeed = {
  epoch: "",
  began: 0,
  last: 0,
  recent: [],
  failure: undefined,
  listen: () => () => {},
};
