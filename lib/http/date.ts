/**
 * HTTP dates (RFC 9110 section 5.6.7): written as IMF-fixdate, read in all three formats. Reading refuses what the
 * grammar does not have: other cases of letters, other zones than GMT, names that are no weekday, and days that the
 * month does not have. Whether the weekday is the right one for its date is not checked.
 *
 * @module
 */

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/** As HTTP dates and the lines of an access log have them, from January on. */
export const MONTHS: readonly string[] = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");

/** The numbers from 0 to 99. */
export const TWO_DIGITS: readonly string[] = Array(100).keys().map((n) => String(n).padStart(2, "0"))
  .toArray();

/** The years that four digits can name. */
const EARLIEST = Date.parse("0000-01-01T00:00:00Z");
const LATEST = Date.parse("9999-12-31T23:59:59Z");

/**
 * A date as `Sun, 06 Nov 1994 08:49:37 GMT`, its milliseconds cut off. A file's time may be any number: what four
 * digits cannot say becomes the nearest date that they can.
 *
 * @throws {RangeError} if it is not a number.
 */
export function formatHttpDate(ms: number): string {
  if (Number.isNaN(ms)) throw new RangeError("A date must be a number of milliseconds");
  const date = new Date(Math.min(Math.max(ms, EARLIEST), LATEST));
  const year = date.getUTCFullYear();
  return `${DAYS[date.getUTCDay()]}, ${TWO_DIGITS[date.getUTCDate()]} ${MONTHS[date.getUTCMonth()]} ` +
    `${TWO_DIGITS[Math.floor(year / 100)]}${TWO_DIGITS[year % 100]} ${TWO_DIGITS[date.getUTCHours()]}:` +
    `${TWO_DIGITS[date.getUTCMinutes()]}:${TWO_DIGITS[date.getUTCSeconds()]} GMT`;
}

const DAY = "(?:Sun|Mon|Tue|Wed|Thu|Fri|Sat)";
const LONG_DAY = "(?:Sunday|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday)";
const MONTH = `(?<month>${MONTHS.join("|")})`;
// A leap second is in the grammar; it counts as the first second of the next minute.
const TIME = "(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9]):(?<second>[0-5][0-9]|60)";

const IMF_FIXDATE = new RegExp(`^${DAY}, (?<day>[0-9]{2}) ${MONTH} (?<year>[0-9]{4}) ${TIME} GMT$`);
const RFC850_DATE = new RegExp(`^${LONG_DAY}, (?<day>[0-9]{2})-${MONTH}-(?<year>[0-9]{2}) ${TIME} GMT$`);
const ASCTIME_DATE = new RegExp(`^${DAY} ${MONTH} (?<day>[0-9]{2}| [0-9]) ${TIME} (?<year>[0-9]{4})$`);

/**
 * Milliseconds since the epoch, or undefined for what is no HTTP date.
 *
 * @param now tells the century of a year with two digits: the latest that is not more than 50 years ahead.
 */
export function parseHttpDate(text: string, now: number): number | undefined {
  const groups = (IMF_FIXDATE.exec(text) ?? ASCTIME_DATE.exec(text) ?? RFC850_DATE.exec(text))?.groups;
  if (groups === undefined) return undefined;
  const month = MONTHS.indexOf(groups["month"]!);
  const day = Number(groups["day"]);
  const time = ((Number(groups["hour"]) * 60 + Number(groups["minute"])) * 60 + Number(groups["second"])) *
    1000;
  const digits = groups["year"]!;
  if (digits.length === 4) return timestamp(Number(digits), month, day, time);

  const limit = new Date(now);
  const thisYear = limit.getUTCFullYear();
  limit.setUTCFullYear(thisYear + 50);
  let year = thisYear - thisYear % 100 + 100 + Number(digits);
  while (startOfDay(year, month, day).getTime() + time > limit.getTime()) year -= 100;
  return timestamp(year, month, day, time);
}

function timestamp(year: number, month: number, day: number, time: number): number | undefined {
  const date = startOfDay(year, month, day);
  return date.getUTCMonth() === month && date.getUTCDate() === day ? date.getTime() + time : undefined;
}

// Date.UTC() takes the years 0 to 99 for 1900 to 1999.
function startOfDay(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date;
}
