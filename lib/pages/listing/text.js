/**
 * Text with line numbers. It is text for the page, whatever it is for others: nothing in it is markup.
 *
 * @module
 */

/** So many bytes are shown: lines by the ten thousand are nobody's preview. */
export function mostOfText() {
  return 256 * 1024;
}

/** Begins to fetch, and fills in what comes. */
export function textPreview(address, signal) {
  const frame = document.createElement("div");
  frame.className = "source";
  frame.tabIndex = 0;
  frame.setAttribute("role", "region");
  frame.ariaLabel = "Text";
  frame.textContent = "Loading…";
  readText(address, signal).then(
    ({ text, isCut }) => frame.replaceChildren(...linesOf(text, isCut)),
    (error) => {
      if (!signal.aborted) frame.textContent = `It cannot be shown: ${error.message}`;
    },
  );
  return frame;
}

/** The beginning of a file as text. Whoever takes anything gets the source of what is a page for those who take HTML. */
export async function readText(address, signal) {
  const most = mostOfText(), answer = await fetch(address, { headers: { Accept: "*/*" }, signal });
  if (!answer.ok) throw new Error(`the server answers ${answer.status}`);
  const reader = answer.body.getReader(), decoder = new TextDecoder();
  let text = "", length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) return { text: text + decoder.decode(), isCut: false };
    length += value.length;
    text += decoder.decode(value.subarray(0, value.length - Math.max(0, length - most)), { stream: true });
    if (length < most) continue;
    const { done: isWhole } = await reader.read();
    await reader.cancel();
    return { text, isCut: length > most || !isWhole };
  }
}

/** Two columns: the numbers are seen, and neither read out nor copied. */
export function linesOf(text, isCut) {
  const lines = text.replaceAll("\r\n", "\n").replace(/\n$/, "").split("\n").length;
  const numbers = document.createElement("pre"), source = document.createElement("pre");
  numbers.className = "numbers";
  numbers.setAttribute("aria-hidden", "true");
  numbers.textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
  source.textContent = text;
  if (!isCut) return [numbers, source];
  const note = document.createElement("p");
  note.textContent = `These are the first ${mostOfText() / 1024} KiB.`;
  return [numbers, source, note];
}
