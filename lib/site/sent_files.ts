/**
 * Files that programs name instead of sending them: X-Sendfile, as Apache and lighttpd have it, and X-Accel-Redirect, as
 * nginx has it. With `sendfile_from` the file is sent in place of the program's content, as any file would be: its
 * conditions hold, and its ranges. Without it such a field is taken away, since it tells where files lie.
 *
 * SECURITY: a program may name what its client has asked for. So nothing is decoded, the file is contained in the folder
 * by its resolved path as every file is in its root, nothing hidden is sent, and no program's source.
 *
 * @module
 */
import { encodeLatin1 } from "../bytes/latin1.ts";
import { isOfBytes } from "../coding/rules.ts";
import type { DiskOrigin } from "../disk/disk_origin.ts";
import type { DiskFile, DiskFolder } from "../disk/found.ts";
import { fileResponse } from "../files/file_response.ts";
import { isContained } from "../http/containment.ts";
import { HttpError } from "../http/errors.ts";
import { FieldBlock } from "../http/fields.ts";
import { andThen, type MaybePromise } from "../http/maybe_promise.ts";
import { InternalRedirect, type Outcome, type Response } from "../http/message.ts";
import type { Labels } from "../http/origin.ts";
import { withVary } from "../http/vary.ts";
import { FileError } from "../ports.ts";
import type { Exchange } from "./exchange.ts";
import { answerWithFile } from "./coded_files.ts";
import { asGet } from "./route.ts";
import { whileHeld } from "./while_held.ts";

const FIELDS = ["x-sendfile", "x-accel-redirect"] as const;

/** What a program has answered, or the file that it has named instead. @throws {FileError} */
export function withSentFile(exchange: Exchange, outcome: Outcome): MaybePromise<Outcome> {
  if (outcome instanceof InternalRedirect || outcome instanceof HttpError) return outcome;
  const { fields } = outcome;
  if (!FIELDS.some((name) => fields.has(name))) return outcome;
  const { named } = exchange.location;
  return named === undefined
    ? { ...outcome, fields: fields.without(...FIELDS) }
    : answerNamed(exchange, outcome, named);
}

/** Answers with the file that a response names; nothing of its content is read. @throws {FileError} */
function answerNamed(
  exchange: Exchange,
  response: Response,
  origin: DiskOrigin,
): MaybePromise<Response | HttpError> {
  const { body, fields } = response;
  if (body !== undefined && !(body instanceof Uint8Array)) body.close();
  const names = new Set([...fields].flatMap(([name, value]) => isOurs(name.toLowerCase()) ? [value] : []));
  if (names.size > 1) return new HttpError(502, "X-Sendfile and X-Accel-Redirect name several files");
  const [name] = names, path = pathOf(name!, origin);
  if (path === undefined) return notThere(name!);
  const send = (found: DiskFile | DiskFolder | undefined) =>
    found?.kind === "file" ? sendFile(exchange, response, found, origin) : notThere(name!);
  const sendHeld = (error: unknown) => {
    if (!(error instanceof FileError) || error.problem !== "changed") throw error;
    const held = origin.hold(path);
    return whileHeld(held, () => send(held));
  };
  try {
    const answer = send(origin.find(path));
    return answer instanceof Promise ? answer.catch(sendHeld) : answer;
  } catch (error) {
    return sendHeld(error);
  }
}

/**
 * Where a file lies in the folder. An absolute path that leads into the folder is meant as it is, every other one from
 * there on; undefined for what is none.
 */
function pathOf(name: string, { root, cache: { files } }: DiskOrigin): string | undefined {
  const isWindows = files.names?.system === "windows", named = fileNameOf(name);
  const written = isWindows ? named?.replaceAll("\\", "/") : named;
  if (written === undefined || /^$|(?:^|[/\\])\.\.(?:[/\\]|$)|\/\.?$/.test(written)) return undefined;
  const path = `/${written.split("/").filter((segment) => !/^\.?$/.test(segment)).join("/")}`;
  const hasDrive = isWindows && /^[A-Za-z]:\//.test(written);
  if (!written.startsWith("/") && !hasDrive) return path;
  const whole = hasDrive ? path.slice(1) : path;
  const folder = [root, files.realPath(root)].find((place) =>
    place !== undefined && isContained(whole, place)
  );
  return folder === undefined || folder === "/" ? path : whole.slice(folder.length);
}

function sendFile(
  exchange: Exchange,
  { status, reason, fields }: Response,
  file: DiskFile,
  origin: DiskOrigin,
): MaybePromise<Response | HttpError> {
  const { request, trace, server: { programFiles }, services: { files: { clock } } } = exchange;
  if (programFiles.has(file)) {
    return new HttpError(403, undefined, { log: `${file.path} is a program, whose source is not sent` });
  }
  trace?.answeredBy({ kind: "file", path: file.path });
  const reads = request.method === "GET" || request.method === "HEAD";
  // What the program has done or refused is not undone by a condition.
  const asked = reads && status === 200 ? request : asGet(request, request.path, request.query, OF_FILES);
  const labels = labelsOf(file, fields);
  // A program that names a coding, or a digest, speaks of what is in the file.
  const sent = isOfBytes(fields)
    ? fileResponse(asked, file, clock, labels)
    : answerWithFile(exchange, asked, { file, labels, origin });
  return andThen(sent, (answer) => {
    if (answer instanceof HttpError) return answer;
    const isWhole = answer.status === 200, isUnchanged = answer.status === 304;
    const own = fields.filter((name) => !OF_THE_FILE.test(name) && !(isUnchanged && /^content-/.test(name)));
    return {
      ...answer,
      status: isWhole ? status : answer.status,
      ...isWhole && reason !== undefined && { reason },
      fields: withBoth(answer.fields, own),
      isByProgram: true,
    };
  });
}

/** The file's fields and the program's. */
function withBoth(file: FieldBlock, program: FieldBlock): FieldBlock {
  const vary = program.joined("vary");
  return vary === undefined ? file.concat(program) : withVary(file.concat(program.without("vary")), vary);
}

/** What the program says of its content, and where it is silent, the file. */
function labelsOf(file: DiskFile, fields: FieldBlock): Labels {
  const cacheControl = fields.joined("cache-control");
  const contentType = fields.get("content-type") ?? file.contentType;
  const validators = cacheControl === undefined
    ? file.validators
    : file.validators.with("Cache-Control", cacheControl);
  return {
    contentType,
    validators,
    fields: FieldBlock.of(["Content-Type", contentType]).concat(validators),
  };
}

function isOurs(name: string): boolean {
  return FIELDS.some((field) => field === name);
}

/** Names of files are UTF-8, and fields are bytes. */
function fileNameOf(value: string): string | undefined {
  try {
    return utf8.decode(encodeLatin1(value));
  } catch {
    return undefined;
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function notThere(name: string): HttpError {
  return new HttpError(404, undefined, {
    log: `the program names "${name}", and below sendfile_from there is no such file that may be sent`,
  });
}

/** Fields of a request that are about the file, and not about what the program does. */
const OF_FILES = /^(?:if-|range$)/;

/** Fields of an answer that the file says itself, those that name it, and those that its labels have already. */
const OF_THE_FILE =
  /^(?:x-sendfile|x-accel-redirect|content-(?:type|length|range)|etag|last-modified|accept-ranges|cache-control)$/;
