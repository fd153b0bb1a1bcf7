/**
 * Questions: one dialogue of the page, which is filled for each.
 *
 * @module
 */

/**
 * Asks. Escape and Cancel are no answer; a text that was changed goes only when they are pressed twice.
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
  textArea.setSelectionRange(0, 0);
  textArea.ariaLabel = area?.label ?? "";
  dialog.classList.toggle("wide", area !== undefined);
  const written = () => area ? textArea.value : input.value;
  const { promise, resolve } = Promise.withResolvers();
  let answer, isWarned = false;
  const shown = textArea.value;
  const leave = () => {
    if (isWarned || textArea.value === shown) return dialog.close();
    isWarned = true;
    note.textContent = "What you have changed is not saved. Press Cancel once more to throw it away.";
  };
  const press = async (value) => {
    const focused = document.activeElement;
    for (const button of places.children) button.disabled = true;
    const why = await act(value, written());
    for (const button of places.children) button.disabled = false;
    if (why) {
      note.textContent = why;
      // A button that is disabled loses it.
      if (document.activeElement === document.body) focused.focus();
    } else {
      answer = value;
      dialog.close();
    }
  };
  const cancel = document.createElement("button");
  cancel.textContent = "Cancel";
  cancel.type = "button";
  cancel.onclick = leave;
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
  // What is written once more is warned of once more.
  textArea.oninput = () => isWarned = false;
  dialog.oncancel = (event) => {
    event.preventDefault();
    leave();
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
