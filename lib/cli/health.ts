/**
 * `webserv health`: whether a server answers, as an exit status. What a container's health check runs, where there is no
 * shell and no other client.
 *
 * @module
 */
import { askInspector, NoInspectorError } from "../inspector/client.ts";
import { type CommandLine, UsageError } from "./command_line.ts";
import { print } from "./console.ts";
import { FileAccessError } from "./file_problems.ts";
import { INSPECTOR_ASKING } from "./find_inspector.ts";
import { NamedVariables } from "./named_variables.ts";

/** The first status that says that the server itself has failed. Refusals (401, 404) are answers of one that is well. */
const FAILED = 500;

/**
 * Resolves once there was an answer below 500; one that leads elsewhere is not followed.
 *
 * @throws {UsageError} for what is no URL of http:
 * @throws {FileAccessError} where there is no such answer within 5 s
 */
export async function health({ operand }: CommandLine): Promise<void> {
  const url = addressOf(operand);
  const status = await statusOf(url);
  if (status >= FAILED) throw new FileAccessError(`${url.href} answers ${status}`);
  print(`${url.href} answers ${status}\n`);
}

/** The page that is asked for; without a word for it, that of the container that this is. */
function addressOf(operand: string | undefined): URL {
  const written = operand ?? `http://127.0.0.1:${new NamedVariables().lookUp("PORT") || 8080}/`;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol === "http:") return url;
  const what = operand === undefined ? `PORT has no port: ${written}` : `"${operand}"`;
  throw new UsageError(`${what} is no URL of http: write it as http://127.0.0.1:8080/`);
}

/** The inspector's client asks no proxy of the environment, which would answer for a server that is not there. */
async function statusOf({ href, hostname, port, pathname, search }: URL): Promise<number> {
  const at = { hostname: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 80 : Number(port) };
  try {
    const { status, body } = await askInspector(at, pathname + search, INSPECTOR_ASKING);
    await body.return();
    return status;
  } catch (error) {
    if (!(error instanceof NoInspectorError)) throw error;
    throw new FileAccessError(`${href} does not answer: ${error.message}`);
  }
}
