/**
 * Links that lead to what may not be sent: why such a path is not found, for the error log and for whoever is on this
 * machine (for all others it is not there), and links that lead out of the root to a program.
 *
 * @module
 */
import { DiskFile } from "../disk/found.ts";
import { HttpError, refusal } from "../http/errors.ts";
import type { Representation } from "../http/origin.ts";
import type { Exchange } from "./exchange.ts";

const OUTSIDE = "A symbolic link leads out of the folder that is served here. " +
  "Links may lead to the folders that allow_links_to names in the configuration.";
const HIDDEN =
  "A symbolic link leads to a name that starts with a dot, and such names are not there for requests.";

const SPELLING = "A file is there whose name has other upper and lower case letters. " +
  "Only its own spelling is answered, as on systems where case tells names apart.";

/** 404 for a path at which just now nothing was found. */
export function notFound({ location, path }: Exchange): HttpError {
  const { folder } = location, refused = folder?.whyRefused(location.originPath(path));
  if (refused === undefined) return refusal(404);
  const led = `${refused.path} leads to ${refused.realPath}`;
  if (refused.why === "hidden") {
    return new HttpError(404, undefined, { log: `${led}, where a name starts with a dot`, hint: HIDDEN });
  }
  if (refused.why === "spelling") {
    return new HttpError(404, undefined, { log: `${led}, which is spelt otherwise`, hint: SPELLING });
  }
  const log = `${led}, which lies outside of ${
    folder!.root
  }: allow_links_to names folders that links may lead to`;
  return new HttpError(404, undefined, { log, hint: OUTSIDE });
}

/**
 * 403 for a link that leads out of the root to a program of any location (lib/site/program_files.ts): where links may lead
 * out, whoever makes one does not always own what it leads to. Undefined for all else.
 *
 * @throws {FileError}
 */
export function refusedProgram({ server }: Exchange, file: Representation): HttpError | undefined {
  if (!(file instanceof DiskFile) || !file.isOutside || !server.programFiles.has(file)) return undefined;
  const log = `${file.path} leads to ${file.place}, which is a program, whose source is not sent`;
  return new HttpError(403, undefined, { log });
}
