/**
 * What this program calls itself.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };

/** Product and version, as SERVER_SOFTWARE has them (RFC 3875 section 4.1.17). */
export const SOFTWARE = `${project.name}/${project.version}`;

/** For example `0.1.0`. */
export const VERSION: string = project.version;
