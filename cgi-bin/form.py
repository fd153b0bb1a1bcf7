#!/usr/bin/env python3
"""Shows a form's way in: with GET its fields are in QUERY_STRING, with POST on standard input."""
import os
import sys
from html import escape
from pathlib import Path
from urllib.parse import parse_qsl

LIMIT = 16 * 1024  # bytes
MOST_FIELDS = 50

FORM = """
<form class="form" action="/cgi-bin/form.py">
  <label>Name of the vessel <input name="vessel" maxlength="60" required placeholder="Zeehond"></label>
  <label>Cargo <select name="cargo">
    <option>Tea &amp; coffee</option><option>Lamp oil</option><option>Post</option>
  </select></label>
  <label>Message to the harbour master <textarea name="message" rows="3" maxlength="1000"></textarea></label>
  <p class="buttons">
    <button class="go" formmethod="get">Send by GET</button>
    <button class="go" formmethod="post">Send by POST</button>
  </p>
</form>"""


class Refused(Exception):
    """Carries a status and what to tell."""


def read_fields(method):
    """What came, as it came, and what it means."""
    if method == "POST":
        if not os.environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            raise Refused("415 Unsupported Media Type", "This form takes application/x-www-form-urlencoded.")
        length = os.environ.get("CONTENT_LENGTH") or "0"
        if not (length.isascii() and length.isdigit()):
            raise Refused("400 Bad Request", "The length of the form is not a number.")
        if len(length) > 9 or int(length) > LIMIT:
            raise Refused("413 Content Too Large", f"This form takes {LIMIT} bytes.")
        raw = sys.stdin.buffer.read(int(length)).decode("utf-8", "replace")
    else:
        raw = os.environ.get("QUERY_STRING", "")
    try:
        return raw, parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Refused("400 Bad Request", f"This form takes {MOST_FIELDS} fields.") from None


def send_page(title, content, status="200 OK", fields=""):
    head = f"Status: {status}\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n{fields}\n"
    frame = Path(__file__).with_name(".page.html").read_text("utf-8")
    before, after = frame.replace("@title@", title).replace("@program@", "form.py").split("@content@")
    text = head if os.environ.get("REQUEST_METHOD") == "HEAD" else head + before + content + after
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def main():
    method = os.environ.get("REQUEST_METHOD", "GET")
    if method not in ("GET", "HEAD", "POST"):
        raise Refused("405 Method Not Allowed", "A form is sent with GET or POST.")
    raw, fields = read_fields(method)
    content = """<h1>A form</h1>
<p class="lead">One form, two buttons. The first puts the fields into the address, where you can see and bookmark
them; the second sends them behind the request&rsquo;s head.</p>"""
    if raw:
        place = "on standard input" if method == "POST" else "in QUERY_STRING"
        row = '<tr><th scope="row">{}</th><td>{}</td></tr>'
        rows = "".join(row.format(escape(name), escape(value)) for name, value in fields)
        content += f"""
<section class="came" aria-labelledby="came"><h2 id="came">What came with {escape(method)}</h2>
<p>{len(raw.encode("utf-8", "replace"))} bytes {place}:</p>
<pre class="raw" tabindex="0">{escape(raw)}</pre>
<table class="facts"><tbody>{rows}</tbody></table></section>
<h2>Once more</h2>"""
    send_page("A form", content + FORM)


try:
    main()
except Refused as refusal:
    status, text = refusal.args
    allow = "Allow: GET, HEAD, POST\n" if status.startswith("405") else ""
    content = f'<p class="status">{status}</p><h1>Sent back</h1><p class="lead">{text}</p>{FORM}'
    send_page(status, content, status, allow)
