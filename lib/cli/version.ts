/**
 * What this program calls itself.
 *
 * @module
 */
import project from "../../deno.json" with { type: "json" };
import { COMMIT } from "./build.ts";

/** For example `webserv 0.1.0`. */
export const SHORT_VERSION = `${project.name} ${project.version}`;

/** For example `webserv 0.1.0 (commit 1a2b3c4, Deno 2.9.6, x86_64-unknown-linux-gnu)`. */
export function versionText(): string {
  const origin = COMMIT === undefined ? "" : `commit ${COMMIT}, `;
  return `${project.name} ${project.version} (${origin}Deno ${Deno.version.deno}, ${Deno.build.target})`;
}
