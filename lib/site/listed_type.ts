/**
 * What a listing tells of a file: what GET would make of it, as far as its name tells.
 *
 * @module
 */
import type { LocationConfig } from "../config/types.ts";
import { typeByName } from "../http/media_type.ts";
import type { ToldByName } from "../pages/listing.ts";
import type { Exchange } from "./exchange.ts";

/** The type without its parameters. A program has none: its answer is its own. */
export function toldByName({ location }: Pick<Exchange, "location">, name: string): ToldByName {
  if (isProgram(location.config.programs, name)) return PROGRAM;
  const type = location.labels === undefined ? typeByName(name) : location.labels.typeOfName(name);
  const end = type?.indexOf(";") ?? -1;
  return { mediaType: end < 0 ? type : type!.slice(0, end).trimEnd() };
}

const PROGRAM: ToldByName = { isProgram: true };

function isProgram({ cgi, fastcgi }: LocationConfig["programs"], name: string): boolean {
  if (cgi === undefined && fastcgi === undefined) return false;
  const runs = { ...cgi, ...fastcgi }, dot = name.lastIndexOf(".");
  return "*" in runs || dot >= 0 && Object.hasOwn(runs, name.slice(dot));
}
