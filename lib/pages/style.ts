/**
 * What the pages made by the server look like: one palette for light and one for dark, as CSS custom properties, and
 * the system's own typefaces. Each page puts this into a `<style>` of its own, so that it needs no second request and
 * looks right at any path.
 *
 * @module
 */

/** Colours and type; kept short because every error page carries it. */
export const BASE_STYLE =
  ":root{color-scheme:light dark;--bg:#f7faf8;--fg:#22313b;--dim:#5b6f78;--line:#d5e0e1;--key:#a3246f}" +
  "@media(prefers-color-scheme:dark){:root{--bg:#0d1a22;--fg:#d3dede;--dim:#8ea3ab;--line:#223642;--key:#e083ba}}" +
  "body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,sans-serif}";
