/**
 * One of the two messages of an exchange: its first line, its fields, its content.
 *
 * @module
 */
import { bodyBytes, bodyView } from "./body.js";
import { byteSize, element, fieldTable, urlParts, visible } from "./dom.js";

/** A link that saves a body as a file. */
export function saveLink(message, name) {
  const bytes = bodyBytes(message);
  const save = (event) => {
    // The type says no more than that it is to be saved: nothing is shown as a page of this address.
    const address = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    event.currentTarget.href = address;
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  return element("a", { href: "#", download: name, click: save, text: "Save" });
}

/** The elements of one message. */
export function messageView(firstLine, message, id) {
  const label = id.startsWith("request") ? "Request" : "Response";
  const parts = [
    element("p", { class: "first" }, element("code", { text: visible(firstLine) })),
    message.headers.length > 0
      ? fieldTable(message.headers, `${label} header`)
      : element("p", { class: "dim", text: "No header fields." }),
  ];
  const title = element(
    "h3",
    {},
    "Body",
    message.size > 0 ? element("small", { text: byteSize(message.size) }) : "",
  );
  if (message.body !== "") title.append(saveLink(message, id));
  return [...parts, title, ...bodyView(message)];
}

/** The tab of the request. */
export function requestView({ id, method, url, protocol, request }) {
  return messageView(`${method} ${urlParts(url).path} ${protocol}`, request, `request-${id}`);
}

/** The tab of the response. */
export function responseView({ id, status, protocol, response }) {
  if (status === 0) {
    return [element("p", { class: "dim", text: "The client left before there was an answer." })];
  }
  return messageView(`${protocol} ${status} ${response.reason}`.trimEnd(), response, `response-${id}`);
}
