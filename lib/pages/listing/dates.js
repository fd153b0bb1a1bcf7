/**
 * Times in the time zone of whoever reads them.
 *
 * @module
 */

/** `2025-03-09 08:05`, by the reader's clock; the whole moment stands in the title. */
export function showLocalTimes(within) {
  for (const time of within.querySelectorAll("time")) {
    const date = new Date(time.dateTime);
    time.title = time.dateTime;
    time.textContent = localTime(date);
  }
}

/** A moment as a person writes it, in an order that sorts. */
export function localTime(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ` +
    `${two(date.getHours())}:${two(date.getMinutes())}`;
}
