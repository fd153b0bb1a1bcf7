/**
 * How a request was answered: by whom, from which line of the configuration, how long it took, what a program said.
 *
 * @module
 */
import { clockTime, duration, element, visible } from "./dom.js";

/** What kind of answerer it is, and the words for it. */
export function answererWords(answerer) {
  const { kind, path, command, upstream } = answerer;
  const words = {
    file: "The file",
    listing: "A listing of",
    program: "The program",
    fastcgi: "FastCGI",
    proxy: "Another server",
    return: "A return of the configuration",
    store: "The upload store",
    server: "The server itself",
  };
  const what = kind === "program" && command !== undefined && command.length > 0 ? command.join(" ") : path;
  return [words[kind] ?? kind, ...[upstream, what].filter((word) => word !== undefined)];
}

/** A bar for each phase, its length its share of the whole. */
export function phaseBars({ phases, duration_ms }) {
  const names = { wait: "Until the answer began", send: "Sending it" };
  const whole = Math.max(duration_ms, phases.wait + phases.send, 0.001);
  let before = 0;
  const rows = ["wait", "send"].map((phase) => {
    const bar = element("i", { class: phase });
    bar.style.marginLeft = `${before / whole * 100}%`;
    bar.style.width = `${phases[phase] / whole * 100}%`;
    before += phases[phase];
    return element(
      "tr",
      {},
      element("th", { scope: "row", text: names[phase] }),
      element("td", { "aria-hidden": "true" }, element("div", { class: "bar" }, bar)),
      element("td", { text: duration(phases[phase]) }),
    );
  });
  return element("table", { class: "phases", "aria-label": "Phases" }, element("tbody", {}, ...rows));
}

/** Name and value, where there is a value. */
export function factRow(name, ...values) {
  const shown = values.filter((value) => value !== undefined && value !== null && value !== "");
  if (shown.length === 0) return [];
  return [element("dt", { text: name }), element("dd", {}, ...shown)];
}

/** Where something stands in the configuration; undefined where it stands nowhere. */
export function lineMark(line) {
  const file = document.body.dataset.configuration || "the configuration";
  return line === null ? undefined : element("small", { text: `${file}, line ${line}` });
}

/** The tab that says how it was answered. */
export function overviewView(record) {
  const code = (text) =>
    text === null || text === undefined || text === "" ? undefined : element("code", { text: visible(text) });
  const { location, line, answered_by: answerer, stderr } = record;
  const [who, ...what] = answerer === null ? [] : answererWords(answerer);
  const facts = element(
    "dl",
    {},
    ...factRow(
      "Why",
      record.why === null ? undefined : element("span", { class: "why", text: visible(record.why) }),
    ),
    ...factRow(
      "Weather",
      ...record.weather.map((mark) => element("span", { class: "mark", text: visible(mark) })),
    ),
    ...factRow(
      "Answered by",
      who === undefined ? undefined : element("span", { text: who }),
      ...what.map(code),
    ),
    ...factRow("Location", code(location), lineMark(location === "" ? null : line)),
    ...factRow("Server", code(record.server), lineMark(location === "" ? line : null)),
    ...factRow("Sent on to", ...record.redirects.map(code)),
    ...factRow(
      "Client",
      code(record.remote),
      record.user === null ? undefined : element("small", { text: `logged in as ${visible(record.user)}` }),
    ),
    ...factRow("Protocol", record.protocol),
    ...factRow("Worker", String(record.worker)),
    ...factRow(
      "Time",
      element("time", { datetime: record.time, text: clockTime(record.time) }),
      element("small", { text: `request ${record.id}` }),
    ),
  );
  const said = stderr.length === 0 ? [] : [
    element("h3", { text: "Standard error" }),
    element("pre", { class: "stderr", tabindex: "0", text: visible(stderr.join("\n")) }),
  ];
  return [
    facts,
    ...said,
    element("h3", {}, "Phases", element("small", { text: duration(record.duration_ms) })),
    phaseBars(record),
  ];
}
