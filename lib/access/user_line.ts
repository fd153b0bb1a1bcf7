/**
 * One user's line in the text of a file of users.
 *
 * @module
 */

/**
 * The text with the line in it: in the place of the user's first one, whose others go, else at the end. All else stays as
 * it is, comments and line ends included.
 *
 * @param line without its end
 */
export function withUser(text: string, name: string, line: string): { text: string; isNew: boolean } {
  const ends = /\r\n/.test(text) ? "\r\n" : "\n";
  const lines = text.split(/(?<=\n)/);
  const isOwn = (one: string) => one.replace(/^\ufeff/, "").startsWith(`${name}:`);
  const first = lines.findIndex(isOwn);
  if (first < 0) {
    const whole = text === "" || text.endsWith("\n") ? text : text + ends;
    return { text: `${whole}${line}${ends}`, isNew: true };
  }
  const mark = lines[first]!.startsWith("\ufeff") ? "\ufeff" : "";
  const changed = lines.flatMap((one, index) =>
    index === first ? [`${mark}${line}${ends}`] : isOwn(one) ? [] : [one]
  );
  return { text: changed.join(""), isNew: false };
}
