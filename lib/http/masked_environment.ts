/**
 * A program's environment without its secrets, for people's eyes.
 *
 * @module
 */

/** In place of what is not shown. */
export const MASK = "********";

/** Names of variables whose whole value is a secret. */
const SECRET_NAME =
  /PASSWORD|PASSWD|PASSPHRASE|(?:^|_)PASS(?:$|_)|TOKEN|SECRET|KEY|CREDENTIAL|COOKIE|AUTHORIZATION|SESSION|CSRF|XSRF|SIGNATURE/i;

/** Names of parameters in a query whose value is one. */
const SECRET_PARAMETER =
  /^(?:.*[_.[-])?(?:pass(?:w(?:or)?d|phrase)?|pwd|token|secret|key|api_?key|auth|code|sig(?:nature)?|session(?:id)?|.*(?:token|secret|password|passwd|apikey))\]?$/i;

/** The user and the password of a URL. */
const USER_INFO = /(\b[a-z][a-z\d+.-]{1,20}:\/\/[^\s/:@]{0,200}):[^\s/@]{1,500}@/gi;

/** All variables in the order of their names, each secret masked. */
export function maskedEnvironment(
  environment: Readonly<Record<string, string>>,
): [name: string, value: string][] {
  const names = Object.keys(environment).sort();
  return names.map((name) => [name, masked(name, environment[name]!)]);
}

function masked(name: string, value: string): string {
  if (value === "") return value;
  if (SECRET_NAME.test(name)) return name === "HTTP_COOKIE" ? maskedCookies(value) : MASK;
  return maskedQuery(value).replace(USER_INFO, `$1:${MASK}@`);
}

/** The name of each cookie stays. */
function maskedCookies(value: string): string {
  return value.split(";").map((cookie) => {
    const equals = cookie.indexOf("=");
    return equals < 0 ? MASK : cookie.slice(0, equals + 1) + MASK;
  }).join(";");
}

function maskedQuery(value: string): string {
  return value.replace(/([?&;]|^)([^=&;?\s]{1,100})=([^&;\s#]+)/g, (whole, before: string, name: string) => {
    return SECRET_PARAMETER.test(name) ? `${before}${name}=${MASK}` : whole;
  });
}
