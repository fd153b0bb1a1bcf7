/**
 * Sending a request again, as it was or changed.
 *
 * @module
 */
import { urlParts } from "./dom.js";
import { askFor } from "./stream.js";

/** Fields as lines of text, and back. */
export function fieldLines(fields) {
  return fields.map(({ name, value }) => `${name}: ${value}`).join("\n");
}

/** Fields of lines of text. @throws {Error} for a line without a name */
export function parseFields(text) {
  return text.split("\n").map((line) => line.trim()).filter((line) => line !== "").map((line) => {
    const colon = line.indexOf(":");
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(line.slice(0, Math.max(colon, 0)))) {
      throw new Error(`Not a header field: ${line}`);
    }
    return { name: line.slice(0, colon), value: line.slice(colon + 1).trim() };
  });
}

/**
 * What differs from the record: the body of `POST /requests/ID/replay`. What is masked goes as it is shown: the server
 * puts in what it stands for, so nobody has to see a password to send it.
 *
 * @returns {Record<string, unknown>}
 */
export function changesOf(record, { method, path, headers, body }) {
  const changes = {};
  if (method !== record.method) changes.method = method;
  if (path !== urlParts(record.url).path) changes.url = path;
  if (fieldLines(headers) !== fieldLines(record.request.headers)) changes.headers = headers;
  if (body !== undefined) changes.body = body;
  return changes;
}

/** Sends a record again, and gives `{ id, status }` of what came of it. */
export function replay(id, changes = {}) {
  return askFor(`requests/${id}/replay`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(changes),
    // The server itself waits this long for its answer.
  }, 100_000);
}

/** A text as a text area gives it back: its lines end with line feeds. */
export function area(text) {
  return text.replaceAll(/\r\n?/g, "\n");
}

/**
 * Opens the form for a changed request.
 *
 * @param dialog the element with the form
 * @param send gets what differs
 */
export function editRequest(dialog, record, send) {
  const form = dialog.querySelector("form"), { method, path, headers, body, own } = form.elements;
  const { request } = record;
  const isText = request.encoding === undefined && !request.truncated;
  const problem = dialog.querySelector("[role=alert]");
  method.value = record.method;
  path.value = urlParts(record.url).path;
  headers.value = fieldLines(request.headers);
  body.value = isText ? request.body : "";
  body.disabled = !isText;
  own.checked = false;
  own.closest("label").hidden = isText;
  own.closest("label").lastChild.data = request.truncated
    ? " Another body: of this one only the beginning is kept"
    : " Another body: this one is no text and is sent as it was";
  own.onchange = () => {
    body.disabled = !own.checked;
    body.focus();
  };
  // Of a body that was changed the server cannot tell what stood where.
  dialog.querySelector(".dim").hidden = !isText || !request.body.includes("***");
  problem.textContent = "";
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      const edited = {
        method: method.value.trim(),
        path: path.value.trim(),
        headers: parseFields(headers.value),
        // A text area has line feeds only: where nothing was typed, the body is sent as it was.
        body: body.disabled || body.value === area(request.body) ? undefined : body.value,
      };
      await send(changesOf(record, edited));
      dialog.close();
    } catch (error) {
      problem.textContent = error.message;
    }
  };
  dialog.showModal();
}
