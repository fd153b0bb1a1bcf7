/**
 * What this program calls itself.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };

/** For example `webserv 0.1.0 (Deno 2.9.6, x86_64-unknown-linux-gnu)`. */
export function versionText(): string {
  return `${project.name} ${project.version} (Deno ${Deno.version.deno}, ${Deno.build.target})`;
}
