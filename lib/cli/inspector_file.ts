/**
 * How this user's programs find the inspector of a running server: a file with its address and its token.
 *
 * @module
 */
import type { Config } from "../config/types.ts";
import { endpointUrl } from "../http/endpoint.ts";
import { describeFileError } from "../http/errors.ts";
import { FileError } from "../ports.ts";
import { onEnd } from "../runtime/end.ts";
import { ServerFiles, serversFolder } from "../runtime/server_files.ts";
import type { AdminAddress } from "../supervisor/admin_keeper.ts";
import { dataFolderOf, userId } from "../supervisor/system_info.ts";
import { placeOf } from "./start_block.ts";

/** What the file has. */
export interface RunningServer {
  readonly pid: number;
  /** `http://127.0.0.1:8079/` */
  readonly admin: string;
  readonly token: string;
  /** The configuration's file, absolute; null where it has none. */
  readonly file: string | null;
  /** What is served: that file, or a folder or a file. */
  readonly place: string;
}

/** Where the files are; undefined where nothing says where this user is at home. */
export function serverFiles(): ServerFiles | undefined {
  const folder = dataFolderOf();
  return folder === undefined ? undefined : new ServerFiles({ path: serversFolder(folder), user: userId() });
}

/** Owns the file of this process. */
export class InspectorFile {
  #written: string | undefined;
  readonly #files = serverFiles();

  /** Tells where the inspector is, if there is one. Gives what is wrong where it cannot: the server goes on without. */
  publish(address: AdminAddress | undefined, config: Config): string | undefined {
    if (address === undefined) return void this.remove();
    const server: RunningServer = {
      pid: Deno.pid,
      admin: endpointUrl(address.endpoint),
      token: address.token,
      file: config.file ?? null,
      place: placeOf(config).path,
    };
    const text = `${JSON.stringify(server)}\n`;
    if (text === this.#written) return undefined;
    const without = "webserv requests does not find this server by itself";
    if (this.#files === undefined) return `${without}: nothing says where this user's data lies (HOME)`;
    try {
      if (this.#written === undefined) onEnd(() => this.remove());
      this.#files.write(Deno.pid, text);
      this.#written = text;
      return undefined;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      return `${without}: ${describeFileError(error)}`;
    }
  }

  /** Never throws. */
  remove(): void {
    if (this.#written !== undefined) this.#files?.remove(Deno.pid);
    this.#written = undefined;
  }
}

/** A file's text as what it says; undefined for one that is none of ours. */
export function parseRunningServer(text: string): RunningServer | undefined {
  try {
    const { pid, admin, token, file, place } = JSON.parse(text);
    const isOurs = Number.isSafeInteger(pid) && typeof token === "string" && typeof place === "string" &&
      (file === null || typeof file === "string") && /^http:\/\/[^/]+\/$/.test(admin);
    return isOurs ? { pid, admin, token, file, place } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
