/**
 * The media type that a listing tells of a file: what GET would say of it, as far as its name tells.
 *
 * @module
 */
import { typeByName } from "../http/media_type.ts";
import type { Exchange } from "./exchange.ts";

/** Without parameters; undefined where only the content tells. */
export function listedType({ location }: Pick<Exchange, "location">, name: string): string | undefined {
  const type = location.labels === undefined ? typeByName(name) : location.labels.typeOfName(name);
  const end = type?.indexOf(";") ?? -1;
  return end < 0 ? type : type!.slice(0, end).trimEnd();
}
