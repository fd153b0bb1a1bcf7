/**
 * Which names stand before what is nobody else's to see: of fields, of parameters, of members of JSON.
 *
 * @module
 */

/** Stands in place of what is not shown. */
export const MASK = "***";

/** Of a name taken apart into its words, each of these is enough. */
const WORDS = new Set(
  ("key keys apikey accesskey privatekey pass passwd password passphrase passcode pwd pin otp totp cvv cvc secret secrets " +
    "token tokens jwt auth authorization authentication bearer credential credentials session sessionid sid sessid csrf " +
    "xsrf signature sig").split(" "),
);

/** In a name without anything between its words. */
const WITHIN =
  /passw(?:or)?d|passphrase|secret|token|credential|apikey|accesskey|privatekey|sessionid|sessid|signature/;

/** True for a name such as `password`, `access_token`, `X-Api-Key`, `clientSecret`. */
export function isSensitive(name: string): boolean {
  // SECURITY: longer ones are no names, and would take long to be looked through.
  if (name.length > 256) return true;
  const words = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/);
  return words.some((word) => WORDS.has(word)) || WITHIN.test(words.join(""));
}
