/**
 * What goes wrong on purpose: the value of `fail`.
 *
 * @module
 */
import { type Decoder, integer, isMap, object, parsed, refuse } from "./decoder.ts";
import { quote } from "./issues.ts";
import type { Failing } from "./value_types.ts";
import { parseSize, ValueError } from "./values.ts";

const WHAT = "{ status: 503, rate: 10% }, { cut: 2k, rate: 5% } or off";

/**
 * A share of all requests, from `10%` or `0.5%`.
 *
 * @returns from 0 to 1
 * @throws {ValueError}
 */
export function parseRate(text: string): number {
  const percent = /^\d{1,3}(?:\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : NaN;
  if (percent >= 0 && percent <= 100) return percent / 100;
  throw new ValueError(`expected a share from 0% to 100%, not ${quote(text)}`);
}

const failingShape = object(WHAT, {
  status: integer(400, 599),
  cut: parsed("a size such as 512, 2k or 1M", (text) => text === "0" ? 0 : parseSize(text)),
  rate: parsed("a share such as 10%", parseRate),
});

/** One of the two kinds of failure, or `off`. */
export const failing: Decoder<Failing | "off"> = (node, report) => {
  if (node.value === "off" || node.value === false) return "off";
  if (!isMap(node.value)) return refuse(node, WHAT, report);
  const section = failingShape(node, report);
  if (section === undefined) return undefined;
  const { status, cut, rate = 1 } = section.values;
  const names = (["status", "cut"] as const).filter((key) => section.at(key) !== undefined);
  if (names.length !== 1) {
    report(node, names.length === 0 ? `needs status or cut: ${WHAT}` : `has either status or cut: ${WHAT}`);
    return undefined;
  }
  if (section.at("rate") !== undefined && section.values.rate === undefined) return undefined;
  if (status !== undefined) return { status, rate };
  return cut === undefined ? undefined : { cut, rate };
};
