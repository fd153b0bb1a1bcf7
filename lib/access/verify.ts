/**
 * Whether a password is the one that was hashed. Slow on purpose: for a thread of its own (lib/supervisor/login_thread.ts).
 *
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { encodeLatin1 } from "../bytes/latin1.ts";
import apacheMd5 from "apache-md5";
import bcrypt from "bcryptjs";
import * as unixcrypt from "unixcrypt";
import { kindOf } from "./user_file.ts";

/** Its types know it as ES modules alone. */
const md5Crypt = apacheMd5 as unknown as (password: string, salt: string) => string;

const encoder = new TextEncoder();

/** Bytes of a password, at most: of none that a person has, and a longer one is only work. */
const LONGEST = 1024;

/** Takes as long for a wrong password as for the right one. False for what is no hash. */
export function verify(password: string, hash: string): boolean {
  const bytes = encoder.encode(password);
  if (bytes.length > LONGEST) return false;
  switch (kindOf(hash)) {
    case "bcrypt":
      return bcrypt.compareSync(password, hash);
    case "apr1":
      // It takes characters for bytes.
      return isSame(md5Crypt(String.fromCharCode(...bytes), hash), hash);
    case "sha256":
    case "sha512":
      return unixcrypt.verify(password, hash);
    case "sha1":
      return isSame(`{SHA}${createHash("sha1").update(bytes).digest("base64")}`, hash);
    case undefined:
      return false;
  }
}

function isSame(made: string, hash: string): boolean {
  return made.length === hash.length && timingSafeEqual(encodeLatin1(made), encodeLatin1(hash));
}
