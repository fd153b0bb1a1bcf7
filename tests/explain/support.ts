/**
 * Explanations over files that are no files, and a system where everything else throws.
 *
 * @module
 */
import { decodeConfig, formatIssue } from "../../lib/config/decode.ts";
import type { Config } from "../../lib/config/types.ts";
import { addressQuestion, type Asked } from "../../lib/explain/address.ts";
import type { ExplainPorts } from "../../lib/explain/dry_services.ts";
import { explain, type Explanation } from "../../lib/explain/explain.ts";
import { explanationJson } from "../../lib/explain/json.ts";
import { explanationText } from "../../lib/explain/report.ts";
import { SystemCompression } from "../../lib/runtime/compression.ts";
import { FakeClock } from "../support/fakes.ts";
import { FakeFiles } from "../disk/fake_files.ts";
import type { SiteFile } from "../support/site.ts";

/** What `webserv explain` makes of a question. */
export interface Told {
  readonly explanation: Explanation;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- tests look into it as a program would
  readonly json: any;
}

/** Answers questions about a configuration, as if it were /site/webserv.yaml. */
export function explainer(
  yaml: string,
  files: Readonly<Record<string, SiteFile>> = {},
): (url: string, asked?: Partial<Asked>) => Promise<Told> {
  const config = read(yaml), ports = portsOver(files);
  return async (url, asked = {}) => {
    const question = addressQuestion(config, { url, method: "GET", fields: [], ...asked });
    const explanation = await explain(config, question, ports);
    return {
      explanation,
      text: explanationText(explanation, question, { width: 80, file: "webserv.yaml" }),
      json: JSON.parse(JSON.stringify(explanationJson(explanation, question))),
    };
  };
}

export function read(yaml: string): Config {
  const { config, issues } = decodeConfig(yaml, "/site/webserv.yaml");
  if (!config) throw new Error(issues.map((issue) => formatIssue(issue)).join("\n"));
  return config;
}

function portsOver(contents: Readonly<Record<string, SiteFile>>): ExplainPorts {
  const files = new FakeFiles();
  files.folder("/site");
  for (const [name, content] of Object.entries(contents)) {
    const path = `/site/${name}`;
    if (content === null) files.folder(path);
    else if (typeof content === "string") files.write(path, content);
    else {
      files.write(path, content.executable);
      const node = files.nodes.get(path)!;
      node.stat = { ...node.stat, executable: true };
    }
  }
  return {
    files,
    isLink: () => false,
    clock: new FakeClock(),
    compression: new SystemCompression(),
    live: undefined,
  };
}
