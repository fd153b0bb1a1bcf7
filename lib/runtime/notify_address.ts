/**
 * Where a service manager wants to be told how this program stands: `NOTIFY_SOCKET` of sd_notify(3).
 *
 * @module
 */
import { join } from "@std/path";
import { type OwnFolder, ownFolder } from "./own_folder.ts";

export const NOTIFY_VARIABLE = "NOTIFY_SOCKET";

/** The address; undefined where nobody wants to be told, or the variable may not be read. */
export function notifyAddress(): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: NOTIFY_VARIABLE });
  return state === "granted" ? Deno.env.get(NOTIFY_VARIABLE) || undefined : undefined;
}

/**
 * The same, once: programs that are started later do not get the variable, since the manager would take their word for
 * this program's.
 */
export function takeNotifyAddress(): string | undefined {
  const address = notifyAddress();
  if (address !== undefined) Deno.env.delete(NOTIFY_VARIABLE);
  return address;
}

/** The folder of a user for a socket of our own, from which messages are sent. @param temporary the folder for what is temporary; empty or undefined: the system's */
export function notifyFolder(temporary: string | undefined, user: number | undefined): OwnFolder {
  return ownFolder("webserv-notify", temporary, user);
}

/** The name that is taken in it while one is sent. */
export function notifyName({ path }: OwnFolder): string {
  return join(path, "socket");
}
