/**
 * The pages of the link that logs in.
 *
 * @module
 */
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

const STYLE = BASE_STYLE + `
body{display:grid;place-content:center;min-height:100vh}main{box-sizing:border-box;width:min(100vw,34rem);padding:2rem 1.25rem}
h1{font-size:1.4rem;font-weight:600;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}p{margin:.6rem 0;text-wrap:pretty}.dim{color:var(--dim)}
.go{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.25rem 0}a{padding:.7rem 1.1rem;border:1px solid var(--key);border-radius:.4rem;color:var(--key);text-decoration:none}
.go a:first-child{background:var(--key);color:var(--bg)}a:focus-visible{outline:2px solid var(--key);outline-offset:2px}
@media(max-width:40rem){.go a{flex:1 1 100%;text-align:center}}`;

/**
 * After the login. It goes on by itself, since a browser sends a cookie of SameSite=Strict only where a page of ours leads:
 * whoever has followed the link from another site's page would be asked for a password otherwise.
 *
 * @param authority where the page is that says how to trust the server's certificate; undefined where it has none
 */
export function welcomePage(authority: string | undefined): string {
  // Who is to see the offer is not led away from it.
  const goesOn = authority === undefined ? '<meta http-equiv="refresh" content="0;url=/">' : "";
  const offer = authority === undefined ? "" : `<a href="${authority}">Trust this server</a>`;
  const why = authority === undefined
    ? ""
    : '<p class="dim">Where the browser has warned of the certificate: a device that trusts this server is not warned again.</p>';
  return page("Logged in", goesOn, [
    "<h1>This device is logged in</h1>",
    "<p>It stays so until the server is stopped, or the browser is closed.</p>",
    `<p class="go"><a href="/">Open the folder</a>${offer}</p>${why}`,
  ]);
}

/** For a link that has been used, or is none of this run. */
export function usedLinkPage(): string {
  return page("Log in", "", [
    "<h1>This link has been used</h1>",
    "<p>It logs one device in, once. The next link, and a name and a password, are where webserv was started.</p>",
    '<p class="go"><a href="/">Log in with name and password</a></p>',
  ]);
}

function page(title: string, head: string, lines: readonly string[]): string {
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>${title}</title>${head}
<style>${STYLE}</style></head>
<body><main>
${lines.join("\n")}
</main></body>
</html>
`;
}
