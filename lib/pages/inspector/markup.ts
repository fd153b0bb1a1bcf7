/**
 * The elements that the inspector's page begins with; its script fills them.
 *
 * @module
 */

const FILTERS = `<form id="filters" role="search" aria-label="Filters">
<label>Method <input name="method" size="7" list="methods" autocapitalize="characters" autocomplete="off" spellcheck="false"></label>
<datalist id="methods"><option value="GET"><option value="HEAD"><option value="POST"><option value="PUT"><option value="DELETE"><option value="OPTIONS"></datalist>
<label>Status <input name="status" size="5" list="statuses" placeholder="5xx" autocomplete="off" spellcheck="false"></label>
<datalist id="statuses"><option value="2xx"><option value="3xx"><option value="4xx"><option value="5xx"><option value="404"></datalist>
<label class="wide">Path <input name="path" size="8" placeholder="/api/" autocapitalize="none" autocomplete="off" spellcheck="false"></label>
<label class="wide">Host <input name="host" size="8" list="hosts" autocapitalize="none" autocomplete="off" spellcheck="false"></label>
<datalist id="hosts"></datalist>
<span><button type="button" id="pause" aria-pressed="false">Pause</button>
<button type="button" id="clear">Clear</button></span>
</form>`;

const LIST = `<section id="requests" aria-label="Requests">
<table><thead><tr><th scope="col">Status</th><th scope="col">Method</th><th scope="col">Path</th><th scope="col" class="host">Host</th>` +
  `<th scope="col">Took</th><th scope="col">Time</th></tr></thead><tbody></tbody></table>
<p id="empty" class="empty" hidden></p>
</section>`;

const EDIT = `<dialog id="edit" aria-labelledby="edit-title"><form method="dialog">
<h2 id="edit-title">Edit and replay</h2>
<div class="line"><label>Method <input name="method" required size="8" autocomplete="off" spellcheck="false"></label>
<label class="wide">Path and query <input name="path" required autocomplete="off" spellcheck="false"></label></div>
<label>Header fields <textarea name="headers" rows="8" spellcheck="false"></textarea></label>
<label>Body <textarea name="body" rows="6" spellcheck="false"></textarea></label>
<p class="dim" hidden>Where *** stands for a secret, a body that you change is sent with the three stars. Press Show secrets before you edit it.</p>
<label class="check" hidden><input type="checkbox" name="own"> </label>
<p role="alert"></p>
<div class="line end"><button type="button">Cancel</button> <button class="main">Send</button></div>
</form></dialog>`;

/** The content of the body element. */
export const INSPECTOR_MARKUP = `<header>
<h1>Inspector</h1>
<p id="state" role="status">Connecting …</p>
<p id="count"></p>
<nav aria-label="More"><a href="metrics">Metrics</a> <a href="har" download="webserv.har">HAR</a></nav>
</header>
${FILTERS}
<main>
${LIST}
<section id="detail" aria-label="The request" hidden></section>
</main>
${EDIT}
<p id="said" role="status"></p>
<noscript><p class="empty">This page needs its script. The same is at <code>/requests</code> as JSON, and <code>webserv requests</code> shows it in a terminal.</p></noscript>
`;
