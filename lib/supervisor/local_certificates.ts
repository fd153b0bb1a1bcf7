/**
 * The local authority as the main thread has it: opened or made at first need, renewed before its time is over. Its key
 * never leaves this thread, and nothing of it is loaded where no server needs it.
 *
 * @module
 */
import type { Authority, Description } from "../authority/authority.ts";
import { isWithin, LOCAL_NETWORKS, localDomains } from "../http/local_names.ts";
import { AuthorityFileError, AuthorityFiles, type EarlierCertificate } from "../runtime/authority_files.ts";
import { DATA_VARIABLES } from "../runtime/data_folder.ts";
import { SYSTEM } from "../runtime/system.ts";
import { dataFolderOf, machineName, userId, userName } from "./system_info.ts";
import { CertificateError, type CertificateText, type LocalCertificates } from "./certificates.ts";

/** The authority cannot be used; the message is for people, and says what to do. */
export class LocalAuthorityError extends CertificateError {
  override readonly name = "LocalAuthorityError";
}

/** What only the system knows. */
export interface AuthorityOutside {
  /** Where its files lie; undefined where nobody says where this user is at home. */
  readonly folder: string | undefined;
  /** The number of this user; undefined where users have none, or it may not be known. */
  readonly user: number | undefined;
  /** For its name, and the names that it may sign for. */
  readonly userName: string | undefined;
  readonly machine: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The authority, and what there is to be said of it. */
export interface LocalAuthority extends LocalCertificates {
  readonly files: AuthorityFiles;
  readonly authority: Authority;
  /** Certificates of authorities that were replaced. */
  earlier(): (Description & EarlierCertificate)[];
  /** What was done that the user must know of, for people; undefined where nothing was. */
  readonly notice: string | undefined;
}

/** Opens the authority of this user, or makes it. @throws {LocalAuthorityError} */
export async function openLocalCertificates(
  outside: AuthorityOutside = systemOutside(),
): Promise<LocalAuthority> {
  return (await open(outside, true))!;
}

/** The authority of this user as it is; undefined where there is none. @throws {LocalAuthorityError} */
export function findLocalCertificates(
  outside: AuthorityOutside = systemOutside(),
): Promise<LocalAuthority | undefined> {
  return open(outside, false);
}

/** Where the files of the authority are, whether there are any. @throws {LocalAuthorityError} */
export function authorityFiles({ folder, user }: Pick<AuthorityOutside, "folder" | "user">): AuthorityFiles {
  if (folder !== undefined) return new AuthorityFiles(folder, user);
  const variables = DATA_VARIABLES[SYSTEM].slice(1).join(" or ");
  throw new LocalAuthorityError(
    `nothing says where the local authority is kept: set WEBSERV_DATA (or ${variables}) to a folder of your own`,
  );
}

async function open(outside: AuthorityOutside, mayMake: boolean): Promise<LocalAuthority | undefined> {
  const files = authorityFiles(outside);
  const { describe } = await import("../authority/authority.ts");
  try {
    const stored = files.read();
    if (stored === undefined && !mayMake) return undefined;
    const { authority, notice } = await readOrMake(files, stored, outside, mayMake);
    if (mayMake) files.publish(authority.pem);
    return {
      files,
      authority,
      earlier: () =>
        files.earlier().flatMap((earlier) => {
          const description = describe(earlier.pem);
          // What is no certificate can be trusted nowhere.
          return description === undefined ? [] : [{ ...description, ...earlier }];
        }),
      notice,
      caPem: authority.pem,
      forNames: (names) => Promise.resolve().then(() => sign(authority, names, outside)),
    };
  } catch (error) {
    throw error instanceof AuthorityFileError
      ? new LocalAuthorityError(error.message, { cause: error })
      : error;
  }
}

async function readOrMake(
  files: AuthorityFiles,
  stored: string | undefined,
  { userName, machine, now }: AuthorityOutside,
  mayMake: boolean,
): Promise<{ authority: Authority; notice: string | undefined }> {
  const { Authority, AuthorityError, createAuthority } = await import("../authority/authority.ts");
  const read = (text: string) => {
    try {
      return Authority.read(text);
    } catch (error) {
      if (!(error instanceof AuthorityError)) throw error;
      throw new LocalAuthorityError(
        `${files.secretPath} is no local authority of webserv: ${error.message}; move it away, and another is made, ` +
          "which has to be trusted again",
        { cause: error },
      );
    }
  };
  const make = () => createAuthority({ user: userName, machine }, now());
  const text = stored ?? files.create(make());
  const authority = read(text);
  if (!authority.isDue(now()) || !mayMake) return { authority, notice: undefined };
  const { name, fingerprint } = authority.description;
  const id = fingerprint.replaceAll(":", "").slice(0, 16).toLowerCase();
  const next = read(files.replace(text, id, authority.pem, make()));
  const over = authority.notAfter < now() ? "was over" : "is nearly over";
  return {
    authority: next,
    notice: `the time of ${name} ${over}, and another one is made: run webserv trust again`,
  };
}

function sign(
  authority: Authority,
  names: readonly string[],
  { machine, folder, now }: AuthorityOutside,
): CertificateText {
  const foreign = names.find((name) => !authority.isWithin(name));
  if (foreign === undefined) return authority.sign(names, now());
  // Machines get other names; what an authority is bound to never changes.
  const isNew = isWithin(foreign, localDomains(machine), LOCAL_NETWORKS);
  const advice = isNew
    ? `it was made when this machine had another name: move ${folder} away, and another is made`
    : "give the server an ssl_certificate of its own";
  throw new LocalAuthorityError(
    `the local authority may not sign for ${foreign}, only for local names and addresses: ${advice}`,
  );
}

/** Of the system that this program runs on; what may not be asked is not known. */
export function systemOutside(): AuthorityOutside {
  return {
    folder: dataFolderOf(),
    user: userId(),
    userName: userName(),
    machine: machineName(),
    now: () => Date.now(),
  };
}
