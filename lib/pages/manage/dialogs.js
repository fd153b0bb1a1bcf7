/**
 * Questions: one dialogue of the page, which is filled for each.
 *
 * @module
 */

/**
 * Asks. Escape and Cancel are no answer.
 *
 * @param {object} question
 * @param {string} question.title what is asked; `…` in it stands for the name
 * @param {string} [question.name]
 * @param {string} [question.text] what is to be known
 * @param {{ label: string, value: string }} [question.field] what can be written
 * @param {{ label: string, value: string }} [question.area] a text that can be written
 * @param {[value: string, label: string, isBad?: boolean][]} question.buttons the first is that of the Enter key in the field
 * @param {(answer: string, text: string) => Promise<string | undefined>} question.act does it: why it could not be done,
 *   which is shown, or nothing, which closes the dialogue
 * @returns {Promise<string | undefined>} the button
 */
export function ask(dialog, { title, name = "", text = "", field, area, buttons, act }) {
  const [heading, note, label, textArea, places] = ["h2", "p", "label", "textarea", "div"]
    .map((what) => dialog.querySelector(what));
  const [before, after = ""] = title.split("…"), strong = document.createElement("b");
  strong.textContent = name;
  heading.replaceChildren(before, ...name ? [strong, after] : []);
  note.textContent = text;
  label.hidden = field === undefined;
  label.firstChild.textContent = field?.label ?? "";
  const input = label.querySelector("input");
  input.value = field?.value ?? "";
  textArea.hidden = area === undefined;
  textArea.value = area?.value ?? "";
  textArea.ariaLabel = area?.label ?? "";
  dialog.classList.toggle("wide", area !== undefined);
  const written = () => area ? textArea.value : input.value;
  const { promise, resolve } = Promise.withResolvers();
  let answer;
  const press = async (value) => {
    for (const button of places.children) button.disabled = true;
    const why = await act(value, written());
    for (const button of places.children) button.disabled = false;
    if (why) note.textContent = why;
    else {
      answer = value;
      dialog.close();
    }
  };
  const cancel = document.createElement("button");
  cancel.textContent = "Cancel";
  cancel.type = "button";
  cancel.onclick = () => dialog.close();
  cancel.autofocus = !field && !area;
  places.replaceChildren(
    cancel,
    ...buttons.map(([value, words, isBad]) => {
      const button = document.createElement("button");
      button.textContent = words;
      button.type = "button";
      button.className = isBad ? "bad" : "";
      button.onclick = () => press(value);
      return button;
    }),
  );
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    press(buttons[0][0]);
  };
  dialog.onclose = () => resolve(answer);
  dialog.showModal();
  if (field) {
    input.focus();
    // The ending stays, unless it is all there is.
    const dot = input.value.lastIndexOf(".");
    input.setSelectionRange(0, dot > 0 ? dot : input.value.length);
  } else (area ? textArea : cancel).focus();
  return promise;
}
