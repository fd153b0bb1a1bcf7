/**
 * What is done before the first row is shown: it stands behind the start of the page's `main`.
 *
 * @module
 */

/** The style sheet's rules for pages with scripts hold from here on, and the view is the one that was chosen last. */
export function beginEarly() {
  document.documentElement.classList.add("scripted");
  if (new URLSearchParams(location.search).has("view")) return;
  try {
    if (localStorage.getItem("webserv-view") === "grid") document.querySelector("main").className = "grid";
  } catch {
    // Nothing is remembered in this browser.
  }
}
