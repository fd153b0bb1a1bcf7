/**
 * The files of the local certificate authority, in a folder of this user alone. Its key and its certificate are one
 * file, so that they cannot differ; it gets its name when it is whole, and of several programs that make one at the same
 * time all come to the same.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { fileError } from "./files.ts";
import { despiteOthers } from "./despite_others.ts";

/**
 * Key and certificate, PEM: nobody else may read it. SECURITY: with a dot, so that it is not sent should its folder lie
 * in one that is served.
 */
const SECRET = ".authority.pem";

/** The certificate alone, PEM, for programs that are told to trust it. */
const PUBLIC = "ca.crt";

/** Certificates of earlier authorities, which may still be trusted somewhere. */
const EARLIER = /^ca-[0-9a-f]{16}\.crt$/;

/** Which certificate was last installed where programs look, by its fingerprint. */
const TRUSTED = "trusted";

/** Something is wrong with the folder or a file in it. The message is for people, and says what to do. */
export class AuthorityFileError extends Error {
  override readonly name = "AuthorityFileError";
}

/** A certificate that may still be trusted somewhere. */
export interface EarlierCertificate {
  readonly pem: string;
  /** Absolute. */
  readonly path: string;
}

/** All of them. Nothing is made before something is stored. */
export class AuthorityFiles {
  /** Absolute path of the file with the key. */
  readonly secretPath: string;
  /** Absolute path of the certificate. */
  readonly publicPath: string;

  /** @param user whose they are to be; undefined where users have no number, or it may not be known */
  constructor(readonly folder: string, readonly user: number | undefined) {
    this.secretPath = join(folder, SECRET);
    this.publicPath = join(folder, PUBLIC);
  }

  /** Key and certificate; undefined where there are none. @throws {AuthorityFileError} */
  read(): string | undefined {
    return this.#readSecret(this.secretPath);
  }

  /** Stores the first authority. Gives what is stored now, which another program may have made. @throws {AuthorityFileError} */
  create(text: string): string {
    this.#ensureFolder();
    this.#link(text, this.secretPath);
    return this.#mustRead();
  }

  /**
   * Stores another authority in place of one. Gives what is stored now, which another program may have made.
   *
   * @param old what read() gave
   * @param name of the old one, the same for all programs, in 16 hexadecimal digits
   * @param certificate the old one's, PEM: kept, since it may be trusted somewhere
   * @throws {AuthorityFileError}
   */
  replace(old: string, name: string, certificate: string, text: string): string {
    const claim = join(this.folder, `.authority-after-${name}.pem`);
    this.#link(text, claim);
    try {
      // Whoever comes late finds that it is done, and that his claim is for nothing.
      const claimed = this.read() === old ? this.#readSecret(claim) : undefined;
      if (claimed !== undefined) {
        this.#write(join(this.folder, `ca-${name}.crt`), certificate, 0o644);
        this.#write(this.secretPath, claimed, 0o600);
      }
    } finally {
      this.#remove(claim);
    }
    return this.#mustRead();
  }

  /** Writes the certificate for other programs, where it is not there yet. @throws {AuthorityFileError} */
  publish(certificate: string): void {
    if (readIfThere(this.publicPath) !== certificate) this.#write(this.publicPath, certificate, 0o644);
  }

  /** Certificates of authorities that were replaced. @throws {AuthorityFileError} */
  earlier(): EarlierCertificate[] {
    return this.#guarded(
      this.folder,
      () =>
        [...Deno.readDirSync(this.folder)].filter(({ name }) => EARLIER.test(name)).flatMap(({ name }) => {
          const path = join(this.folder, name), pem = readIfThere(path);
          return pem === undefined ? [] : [{ pem, path }];
        }),
    );
  }

  /** The fingerprint of the certificate that was last installed; undefined where none is. */
  get installed(): string | undefined {
    return readIfThere(join(this.folder, TRUSTED))?.trim();
  }

  /** @param fingerprint undefined: it was taken back everywhere. @throws {AuthorityFileError} */
  setInstalled(fingerprint: string | undefined): void {
    const path = join(this.folder, TRUSTED);
    if (fingerprint === undefined) this.#remove(path);
    else this.#write(path, `${fingerprint}\n`, 0o644);
  }

  #mustRead(): string {
    const text = this.read();
    if (text !== undefined) return text;
    throw new AuthorityFileError(`${this.secretPath} is gone as soon as it is made: ${ELSEWHERE}`);
  }

  /** SECURITY: a key that others can read, or that others have laid there, vouches for nothing. */
  #readSecret(path: string): string | undefined {
    return this.#guarded(path, () => {
      let file: Deno.FsFile;
      try {
        file = Deno.openSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
      try {
        this.#demandSecret(path, file.statSync());
        const bytes = new Uint8Array(LARGEST);
        let length = 0;
        for (let count: number | null; (count = file.readSync(bytes.subarray(length)));) length += count;
        return new TextDecoder().decode(bytes.subarray(0, length));
      } finally {
        file.close();
      }
    });
  }

  #demandSecret(path: string, { isFile, uid, mode }: Deno.FileInfo): void {
    if (!isFile) throw new AuthorityFileError(`${path} is no file: remove it, or ${ELSEWHERE}`);
    if (this.user === undefined || mode === null) return;
    if (uid !== this.user) {
      throw new AuthorityFileError(
        `${path} belongs to another user (${uid}), who could read the key: run this as that user, or ${ELSEWHERE}`,
      );
    }
    if ((mode & 0o077) !== 0) {
      throw new AuthorityFileError(
        `${path} can be read or changed by other users, so its key may be known: remove it (another is made, ` +
          `which has to be trusted again), or, if you are sure of it, run: chmod 600 ${quoted(path)}`,
      );
    }
  }

  #ensureFolder(): void {
    const { folder, user } = this;
    this.#guarded(folder, () => {
      try {
        makeFolder(folder);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
        // What is above it may take a right that this program does not have.
        Deno.mkdirSync(dirname(folder), { recursive: true });
        makeFolder(folder);
      }
      const { isDirectory, uid, mode } = Deno.statSync(folder);
      if (!isDirectory) throw new AuthorityFileError(`${folder} is no folder: move it away, or ${ELSEWHERE}`);
      if (user === undefined || mode === null) return;
      if (uid !== user) {
        throw new AuthorityFileError(
          `${folder} belongs to another user (${uid}): run this as that user, or ${ELSEWHERE}`,
        );
      }
      if ((mode & 0o022) !== 0) {
        throw new AuthorityFileError(
          `${folder} can be written to by other users, who could lay their own key there: run: chmod 700 ${
            quoted(folder)
          }`,
        );
      }
    });
  }

  /** A whole file under a name that is new; nothing where the name is taken. */
  #link(text: string, path: string): void {
    this.#whole(text, 0o600, path, (temporary) => {
      try {
        Deno.linkSync(temporary, path);
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
      }
      Deno.removeSync(temporary);
    });
  }

  /** A whole file under a name, in place of what has it. */
  #write(path: string, text: string, mode: number): void {
    this.#whole(text, mode, path, (temporary) => despiteOthers(() => Deno.renameSync(temporary, path)));
  }

  #whole(text: string, mode: number, path: string, take: (temporary: string) => void): void {
    const temporary = join(this.folder, `.new-${crypto.randomUUID()}`);
    this.#guarded(path, () => {
      try {
        Deno.writeTextFileSync(temporary, text, { createNew: true, mode });
        take(temporary);
      } catch (error) {
        this.#remove(temporary);
        throw error;
      }
    });
  }

  #remove(path: string): void {
    this.#guarded(path, () => {
      try {
        Deno.removeSync(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    });
  }

  #guarded<T>(path: string, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof AuthorityFileError) throw error;
      const why = error instanceof Error ? error.message : String(error);
      const { problem } = fileError(error, path);
      throw new AuthorityFileError(`${path}: ${problem} (${why}): ${ELSEWHERE}`, { cause: error });
    }
  }
}

/** @throws {Deno.errors.NotFound} if there is none above it */
function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

/** More than any key with its certificate. */
const LARGEST = 65536;

const ELSEWHERE = "set WEBSERV_DATA to a folder of your own";

/** Undefined where there is nothing that can be read as text: then it is written again. */
function readIfThere(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (fileError(error, path).problem !== "failed") return undefined;
    throw new AuthorityFileError(`${path} cannot be read: ${ELSEWHERE}`, { cause: error });
  }
}

function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
