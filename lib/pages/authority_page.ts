/**
 * The page that says how a phone or a browser comes to believe the local authority. It is asked for before that, over
 * plain HTTP, so it says how to see that nobody has put another certificate in its place.
 *
 * @module
 */
import { escape } from "@std/html";
import { NO_ICON } from "./icon.ts";
import { BASE_STYLE } from "./style.ts";

/** What stands on the page. */
export interface AuthorityPageFacts {
  /** What the authority is called in lists. */
  readonly name: string;
  /** SHA-256 of its certificate, `0A:1B:...`. */
  readonly fingerprint: string;
  /** Where the server is, over TLS. */
  readonly secure: string;
  /** Where a phone finds this page, and the same as a QR code (see qrCode()); undefined where none can. */
  readonly phone: { readonly url: string; readonly code: string } | undefined;
  /** Other machines reach the server. */
  readonly isOpen: boolean;
  /** The field User-Agent. */
  readonly userAgent: string;
}

const STYLE = BASE_STYLE + `
main{max-width:44rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.5rem;font-weight:600;line-height:1.25;margin:0 0 .5rem;text-wrap:balance}p{margin:.6rem 0}.dim,small{color:var(--dim)}
a{color:var(--key)}a:focus-visible,summary:focus-visible{outline:2px solid var(--key);outline-offset:2px;border-radius:3px}
.get{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.25rem 0}.get a{padding:.55rem 1rem;border:1px solid var(--key);border-radius:.4rem;text-decoration:none}
.get a:first-child{background:var(--key);color:var(--bg)}
details{border-top:1px solid var(--line)}details:last-of-type{border-bottom:1px solid var(--line)}
summary{padding:.7rem 0;cursor:pointer;font-weight:600}ol{margin:0;padding:0 0 1rem 1.4rem}li{margin:.35rem 0}
b{font-weight:600}code{font:.85rem/1.5 ui-monospace,monospace;overflow-wrap:anywhere}
.phone{display:flex;gap:1.25rem;align-items:center;margin:2rem 0}.phone p{min-width:0;overflow-wrap:anywhere}.qr{flex:none;width:10.5rem;border-radius:.4rem;background:#fff}
.print{margin-top:2rem}.print small+code{display:block;margin-top:.25rem}
@media(max-width:40rem){main{padding-top:1.5rem}.phone{flex-direction:column;align-items:flex-start;gap:.75rem}.get a{flex:1 1 100%;text-align:center}}`;

/** What is to be done in one system or browser. */
interface Steps {
  readonly title: string;
  /** Whose browsers say this of themselves see them at once. */
  readonly userAgent: RegExp;
  /** HTML. */
  readonly steps: (name: string) => readonly string[];
}

const STEPS: readonly Steps[] = [
  {
    title: "iPhone and iPad",
    userAgent: /iPhone|iPad/,
    steps: (name) => [
      "In Safari, tap <b>Profile for iPhone and iPad</b> above, and allow the download.",
      `In Settings, open <b>General</b>, <b>VPN &amp; Device Management</b>, then <b>${name}</b>, and tap <b>Install</b>.`,
      "In Settings, open <b>General</b>, <b>About</b>, <b>Certificate Trust Settings</b>, and switch it on there: " +
      "without this step nothing believes it.",
    ],
  },
  {
    title: "Android",
    userAgent: /Android/,
    steps: () => [
      "Tap <b>Certificate</b> above: the file <code>ca.crt</code> is downloaded.",
      "In Settings, search for <b>CA certificate</b>. (It is in <b>Security &amp; privacy</b>, " +
      "<b>More security settings</b>, <b>Encryption &amp; credentials</b>, <b>Install a certificate</b>.)",
      "Tap <b>CA certificate</b>, <b>Install anyway</b>, and choose the file.",
      "Chrome believes it now. In Firefox, open <b>Settings</b>, <b>About Firefox</b>, tap the logo seven times, and " +
      "switch on <b>Use third party CA certificates</b> in <b>Secret settings</b>, which is there now.",
    ],
  },
  {
    title: "Firefox on a computer",
    userAgent: /^(?!.*(?:Android|iPhone|iPad)).*Firefox/,
    steps: () => [
      "Save <b>Certificate</b> above.",
      "In <b>Settings</b>, <b>Privacy &amp; Security</b>, <b>Certificates</b>, click <b>View Certificates</b>.",
      "In <b>Authorities</b>, click <b>Import</b>, choose the file, and tick <b>Trust this CA to identify websites</b>.",
    ],
  },
  {
    title: "Windows",
    userAgent: /Windows(?!.*Firefox)/,
    steps: () => [
      "Open <b>Certificate</b> above, and click <b>Install Certificate</b>, <b>Current User</b>.",
      "Choose <b>Place all certificates in the following store</b>, <b>Trusted Root Certification Authorities</b>.",
      "Start the browser again.",
    ],
  },
  {
    title: "macOS",
    userAgent: /Macintosh(?!.*Firefox)/,
    steps: (name) => [
      "Open <b>Certificate</b> above: Keychain Access adds it to <b>login</b>.",
      `There, double-click <b>${name}</b>, open <b>Trust</b>, and choose <b>Always Trust</b>.`,
    ],
  },
  {
    title: "The machine that the server runs on",
    userAgent: /(?!)/,
    steps: () => [
      "In a terminal, run <code>webserv trust</code>: it does all of this, and <code>webserv trust --remove</code> " +
      "takes it back.",
    ],
  },
];

/** A complete HTML document. */
export function authorityPage(facts: AuthorityPageFacts): string {
  const { fingerprint, userAgent } = facts;
  const name = escape(facts.name), secure = escape(facts.secure);
  const steps = STEPS.map(({ title, userAgent: own, steps }) =>
    `<details${own.test(userAgent) ? " open" : ""}><summary>${title}</summary>\n<ol>\n${
      steps(name).map((step) => `<li>${step}</li>\n`).join("")
    }</ol></details>\n`
  ).join("");
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">${NO_ICON}<title>Trust this server</title>
<style>${STYLE}</style></head>
<body><main>
<h1>Have this device trust the server</h1>
<p>Its certificate comes from <b>${name}</b>. Once the device trusts that, <a href="${secure}">${secure}</a> opens without a warning, and pages from it may use the camera, the clipboard and service workers.</p>
<p class="dim">It can vouch for local names and addresses only: nobody can use it to pose as a site of the internet.</p>
<p class="get"><a href="ca.mobileconfig">Profile for iPhone and iPad</a><a href="ca.crt">Certificate</a></p>
${steps}${
    phoneText(facts)
  }<p class="print">Before you install it, compare its fingerprint with the one that <code>webserv trust</code> shows on the machine, since others on the network could have put theirs in its place. <small>SHA-256:</small> <code>${
    fingerprint.replaceAll(":", ":<wbr>")
  }</code></p>
<p><small>Also to be had: <a href="ca.pem">PEM</a>, for programs. What was installed can be removed in the same settings.</small></p>
</main></body>
</html>
`;
}

function phoneText({ phone, isOpen }: AuthorityPageFacts): string {
  if (phone === undefined) {
    const how = isOpen
      ? "For a phone, open this page there by the address that this machine has in your network."
      : "A phone cannot open this page: the server answers this machine alone. " +
        "Started with <code>--host 0.0.0.0</code> it answers the whole network.";
    return `<div class="phone"><p>${how}</p></div>\n`;
  }
  const url = escape(phone.url);
  return `<div class="phone">${phone.code}<p>On another device, open this page with its camera, or type<br><a href="${url}">${url}</a></p></div>\n`;
}
