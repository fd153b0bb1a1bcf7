/**
 * A path to the program that answers it.
 *
 * @module
 */
import { dirname } from "@std/path";
import { CgiError } from "../cgi/errors.ts";
import type { Program } from "../cgi/gateway.ts";
import type { Script } from "../cgi/environment.ts";
import type { Response } from "../http/message.ts";
import { refusal } from "../http/refusal.ts";
import type { Location } from "./location.ts";
import type { Visit } from "./visit.ts";

/** Answers from cgi or cgi_script; undefined if the path leads to no program. @throws {CgiError} later */
export function answerProgram(visit: Visit): Response | Promise<Response> | undefined {
  const { cgi, cgiScript } = visit.location.config;
  if (cgiScript !== undefined) return answerScript(visit, cgiScript);
  return cgi === undefined ? undefined : answerMapped(visit, cgi);
}

/** True if a path of a location is a program's, so that its content is source and not for visitors. */
export function isProgram({ config: { cgi, cgiScript } }: Location, path: string): boolean {
  if (cgiScript !== undefined) return true;
  return cgi !== undefined &&
    (cgi["*"] ?? cgi[extension(path.slice(path.lastIndexOf("/") + 1))]) !== undefined;
}

/** One program for everything below the location. */
function answerScript(visit: Visit, file: string): Response | Promise<Response> {
  const { path, services, location } = visit;
  const stat = services.files.files.probe(file);
  if (stat?.kind !== "file") return refusal(404);
  if (!stat.executable) return refusal(403);
  const prefix = location.config.path;
  const length = prefix.endsWith("/") ? prefix.length - 1 : prefix.length;
  return run(visit, { file, name: path.slice(0, length), pathInfo: path.slice(length) }, []);
}

/** The first file on the way down the path whose extension has an interpreter; what is behind it is its PATH_INFO. */
function answerMapped(
  visit: Visit,
  cgi: Readonly<Record<string, readonly string[] | true>>,
): Response | Promise<Response> | undefined {
  const { path, location, services } = visit;
  for (let start = location.config.path.lastIndexOf("/") + 1; start < path.length;) {
    const slash = path.indexOf("/", start);
    const end = slash < 0 ? path.length : slash;
    const interpreter = cgi[extension(path.slice(start, end))] ?? cgi["*"];
    if (interpreter !== undefined) {
      const name = path.slice(0, end);
      const file = location.filePath(name);
      const found = file === undefined ? undefined : services.files.find(file, location.base!);
      if (!found) return undefined;
      if (found.kind === "file") {
        if (interpreter === true && !found.stat.executable) return refusal(403);
        return run(
          visit,
          { file: file!, name, pathInfo: path.slice(end) },
          interpreter === true ? [] : interpreter,
        );
      }
    }
    start = end + 1;
  }
  return undefined;
}

/** With its dot; empty if there is none. */
function extension(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

async function run(visit: Visit, script: Script, interpreter: readonly string[]): Promise<Response> {
  const { location, server, services, request } = visit;
  const { config } = location;
  const program: Program = {
    script,
    interpreter,
    documentRoot: config.root ?? server.fallback.config.root ?? location.base ?? dirname(script.file),
    environment: config.cgiEnv,
    passAuthorization: config.cgiPassAuthorization,
    bodyLimit: config.clientMaxBodySize,
  };
  try {
    return await services.gateway.answer(request, program);
  } catch (error) {
    if (!(error instanceof CgiError)) throw error;
    const fields = error.status === 503 ? "Retry-After: 1\r\n" : "";
    return refusal(
      error.status,
      fields,
      error.status >= 500 ? `${script.name}: ${error.message}` : undefined,
    );
  }
}
