/**
 * List or grid, changed in place and remembered in this browser.
 *
 * @module
 */

/** Where the choice is remembered; early.js reads it, too. */
export function rememberView(view) {
  try {
    localStorage.setItem("webserv-view", view);
  } catch {
    // A browser that remembers nothing shows what the address says.
  }
}

/** Shows a view, and says so in the address and in the form. */
export function showView(main, form, view) {
  main.classList.toggle("grid", view === "grid");
  main.classList.toggle("list", view !== "grid");
  for (const button of form.querySelectorAll("[name=view][aria-pressed]")) {
    button.ariaPressed = String(button.value === view);
  }
}

/** A button of the form was pressed. */
export function chooseView(main, form, view) {
  showView(main, form, view);
  rememberView(view);
  const address = new URL(location.href);
  address.searchParams.set("view", view);
  history.replaceState(history.state, "", address);
}
