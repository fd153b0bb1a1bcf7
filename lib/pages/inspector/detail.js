/**
 * One request, whole: what can be done with it, and its three tabs.
 *
 * @module
 */
import { asCurl, asFetch } from "./copy.js";
import { element, statusClass, visible } from "./dom.js";
import { editRequest, replay } from "./edit.js";
import { requestView, responseView } from "./message.js";
import { overviewView } from "./overview.js";
import { askForRecord } from "./stream.js";

/** Tabs by the keyboard as well: arrows, Home and End (ARIA Authoring Practices, tabs). */
export function tabs(views, chosen, choose) {
  const buttons = views.map(({ id, label }) =>
    element("button", {
      type: "button",
      role: "tab",
      id: `tab-${id}`,
      "aria-controls": `panel-${id}`,
      "aria-selected": String(id === chosen),
      tabindex: id === chosen ? "0" : "-1",
      text: label,
      click: () => show(id),
    })
  );
  const panels = views.map(({ id, parts }) =>
    element("div", {
      role: "tabpanel",
      id: `panel-${id}`,
      "aria-labelledby": `tab-${id}`,
      hidden: id !== chosen,
    }, ...parts())
  );
  const show = (id) => {
    views.forEach((view, index) => {
      buttons[index].setAttribute("aria-selected", String(view.id === id));
      buttons[index].tabIndex = view.id === id ? 0 : -1;
      panels[index].hidden = view.id !== id;
    });
    choose(id);
  };
  const keydown = (event) => {
    const at = buttons.indexOf(event.target), last = buttons.length - 1;
    const next = {
      ArrowRight: at < last ? at + 1 : 0,
      ArrowLeft: at > 0 ? at - 1 : last,
      Home: 0,
      End: last,
    }[event.key];
    if (at < 0 || next === undefined) return;
    event.preventDefault();
    show(views[next].id);
    buttons[next].focus();
  };
  return [
    element("div", { role: "tablist", "aria-label": "Views of this request", keydown }, ...buttons),
    ...panels,
  ];
}

/** The head of the pane: what was asked, what came of it, and the buttons. */
export function detailHead(record, isWhole, actions) {
  const { method, url, status } = record;
  const button = (text, click, pressed) =>
    element("button", {
      type: "button",
      text,
      click,
      "aria-pressed": pressed === undefined ? undefined : String(pressed),
    });
  return [
    element(
      "div",
      { class: "title" },
      element("a", { href: "#", class: "back", text: "← All requests" }),
      element(
        "h2",
        { class: statusClass(status), tabindex: "-1" },
        element("b", { text: status === 0 ? "–" : String(status) }),
        " ",
        element("span", { text: visible(method) }),
        " ",
        element("code", { text: visible(url) }),
      ),
    ),
    element(
      "div",
      { class: "actions", role: "group", "aria-label": "This request" },
      button("Replay", actions.replay),
      button("Edit and replay", actions.edit),
      button("Copy as curl", () => actions.copy(asCurl(record), "The command is copied.")),
      button("Copy as fetch", () => actions.copy(asFetch(record), "The call is copied.")),
      button("Show secrets", actions.toggle, isWhole),
    ),
  ];
}

/**
 * The pane of one request.
 *
 * @param place the element that it is in
 * @param dialog the form for changes
 * @param say tells the reader something short
 */
export function detailPane(place, dialog, say) {
  let asked = 0, tab = "overview";
  const show = async (id, isWhole, tries, focus) => {
    const turn = ++asked;
    let record;
    try {
      record = await askForRecord(id, isWhole, tries);
    } catch (error) {
      if (turn !== asked) return;
      place.replaceChildren(
        element(
          "div",
          { class: "title" },
          element("a", { href: "#", class: "back", text: "← All requests" }),
        ),
        element("p", { class: "empty", text: error.message }),
      );
      return;
    }
    if (turn !== asked) return;
    const again = async (changes) => {
      const { id: made, status } = await replay(id, changes);
      say(`Sent again, answered ${status}.`);
      // Null where it was not taken down in time: the list shows it then.
      if (made !== null) location.hash = `#${made}`;
    };
    place.replaceChildren(
      ...detailHead(record, isWhole, {
        replay: () => again({}).catch((error) => say(error.message)),
        edit: () => editRequest(dialog, record, again),
        copy: (text, done) => copyText(text, done, say),
        toggle: () => show(id, !isWhole, 1, "[aria-pressed]"),
      }),
      ...tabs(
        [
          { id: "overview", label: "How it was answered", parts: () => overviewView(record) },
          { id: "request", label: "Request", parts: () => requestView(record) },
          { id: "response", label: "Response", parts: () => responseView(record) },
        ],
        tab,
        (chosen) => tab = chosen,
      ),
    );
    if (focus !== undefined) place.querySelector(focus).focus();
  };
  return {
    open(id) {
      place.hidden = false;
      place.scrollTop = 0;
      // What was only just sent again is kept a moment later.
      // Where the list is hidden behind the pane, the focus goes along.
      const isAlone = document.querySelector("#requests").offsetParent === null;
      return show(id, false, 10, isAlone ? "h2" : undefined);
    },
    close() {
      asked++;
      place.hidden = true;
      place.replaceChildren();
    },
  };
}

/** Puts a text on the clipboard; where that is refused, it is shown to be copied by hand. */
export async function copyText(text, done, say) {
  try {
    await navigator.clipboard.writeText(text);
    say(done);
  } catch {
    const area = element("textarea", { readonly: true, "aria-label": "To be copied", rows: "8" });
    area.value = text;
    const dialog = element(
      "dialog",
      {},
      area,
      element("form", { method: "dialog" }, element("button", { text: "Close" })),
    );
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    area.select();
  }
}
