/**
 * What answers of places where somebody is asked for a name tell caches and logs: no cache that others share keeps them
 * (RFC 9111 section 3.5 says so of requests with Authorization, unless the answer allows it; of cookies nothing does).
 *
 * @module
 */
import type { FieldBlock } from "../http/fields.ts";
import type { Response } from "../http/message.ts";
import { withVary } from "../http/vary.ts";
import type { Exchange } from "./exchange.ts";

/** An answer with its user, and with fields that keep it from others. */
export function protect({ location: { guard }, user }: Exchange, response: Response): Response {
  if (guard?.file === undefined) return user === undefined ? response : { ...response, user };
  // Who writes a program knows for whom its answers are.
  if (response.isByProgram || response.raw) return { ...response, user };
  const done = guard.rights.of("read") === "all" ? varied : kept;
  let fields = done.get(response.fields);
  if (fields === undefined) {
    fields = done === varied ? withVary(response.fields, "Authorization") : forOne(response.fields);
    done.set(response.fields, fields);
  }
  return { ...response, user, fields };
}

/** PERF: most responses have one of a few blocks. */
const varied = new WeakMap<FieldBlock, FieldBlock>(), kept = new WeakMap<FieldBlock, FieldBlock>();

/** RFC 9111 section 5.2.2.7. */
function forOne(fields: FieldBlock): FieldBlock {
  const value = fields.joined("cache-control");
  if (value === undefined) return fields.with("Cache-Control", "private");
  if (/(?:^|,)\s*(?:private|no-store)\s*(?:,|$)/i.test(value)) return fields;
  const others = value.split(",").map((directive) => directive.trim())
    .filter((directive) => directive !== "" && !/^(?:public|s-maxage\s*=.*)$/i.test(directive));
  return fields.without("cache-control").with("Cache-Control", ["private", ...others].join(", "));
}
