#!/usr/bin/env python3
"""Shows a program that keeps what it is told: POST writes an entry and answers 303, so a reload writes nothing twice.

The book is one small file: a lock for those who write, renamed into its place when whole, and never more than so much.
"""
import fcntl
import json
import os
import stat
import sys
import tempfile
from datetime import datetime, timezone
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

MOST_ENTRIES = 100
NAME, TEXT = 40, 500  # characters
LIMIT = 8 * 1024  # bytes of a form


class Refused(Exception):
    """Carries a status and what to tell."""


def data_folder():
    """DEMO_DATA if cgi_env names it, else a folder of our own in the system's temporary one: that can be written
    even where the programs cannot, and the server never delivers what is in it."""
    named = os.environ.get("DEMO_DATA")
    folder = Path(named or f"{tempfile.gettempdir()}/webserv-demo-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    # Where everybody may write, somebody else could have made it first, or a link.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} is not ours")
    return folder


def entries(folder):
    file = folder / "guestbook.json"
    return json.loads(file.read_text("utf-8")) if file.exists() else []


def keep(entry):
    folder = data_folder()
    with open(folder / "guestbook.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        book = [entry, *entries(folder)][:MOST_ENTRIES]
        new = folder / "guestbook.new"
        new.write_text(json.dumps(book, ensure_ascii=False), "utf-8")
        new.replace(folder / "guestbook.json")


def read_form():
    """The fields of the form, the first of each name."""
    length = os.environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Refused("400 Bad Request", "The length of the form is not a number.")
    if len(length) > 9 or int(length) > LIMIT:
        raise Refused("413 Content Too Large", "That is more than the book takes.")
    body = sys.stdin.buffer.read(int(length)).decode("utf-8", "replace")
    try:
        return {name: values[0] for name, values in parse_qs(body, max_num_fields=10).items()}
    except ValueError:
        raise Refused("400 Bad Request", "That form has too many fields.") from None


def cleaned(text, most):
    """Without control characters but line breaks."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > most:
        raise Refused("400 Bad Request", f"Please keep to {most} characters.")
    return "".join(c for c in text if c == "\n" or c.isprintable())


def write():
    # A form of another site may be sent here by a browser; it says so.
    origin = os.environ.get("HTTP_ORIGIN")
    if origin and urlsplit(origin).netloc != os.environ.get("HTTP_HOST"):
        raise Refused("403 Forbidden", "Only the form of this page writes into the book.")
    form = read_form()
    text = cleaned(form.get("text", ""), TEXT)
    if not text:
        raise Refused("400 Bad Request", "There is nothing to keep: the message is empty.")
    name = cleaned(form.get("name", ""), NAME).replace("\n", " ") or "A passing ship"
    keep({"name": name, "text": text, "time": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")})


def item(entry):
    name, text, time = (escape(entry[key]) for key in ("name", "text", "time"))
    shown = time[:16].replace("T", " ")
    return f'<li><p>{text}</p><p class="by">{name}, <time datetime="{time}">{shown} UTC</time></p></li>'


def book():
    items = "".join(map(item, entries(data_folder()))) or '<li class="empty"><p>The page is still blank.</p></li>'
    return f"""<h1>The guestbook</h1>
<p class="lead">What you write here is kept in a file on the machine that runs the server. The newest {MOST_ENTRIES}
entries stay until its temporary folder is cleared.</p>
<div class="book"><form class="form" method="post" action="/cgi-bin/guestbook.py">
  <label>Your name <input name="name" maxlength="{NAME}" placeholder="A passing ship" autocomplete="nickname"></label>
  <label>Your message <textarea name="text" rows="5" maxlength="{TEXT}" required></textarea></label>
  <p class="buttons"><button class="go">Write it down</button></p>
</form>
<ol class="entries" aria-label="Entries, newest first">{items}</ol></div>"""


def send(head, title="", content=""):
    text = f"{head}\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n"
    if title and os.environ.get("REQUEST_METHOD") != "HEAD":
        frame = Path(__file__).with_name(".page.html").read_text("utf-8")
        before, after = frame.replace("@title@", title).replace("@program@", "guestbook.py").split("@content@")
        text += before + content + after
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))


def main():
    method = os.environ.get("REQUEST_METHOD", "GET")
    if method == "POST":
        write()
        send(f"Status: 303 See Other\nLocation: {quote(os.environ['SCRIPT_NAME'])}")
    elif method in ("GET", "HEAD"):
        send("Status: 200 OK", "The guestbook", book())
    else:
        raise Refused("405 Method Not Allowed", "The book is read with GET and written with POST.")


try:
    main()
except Refused as refusal:
    status, text = refusal.args
    allow = "\nAllow: GET, HEAD, POST" if status.startswith("405") else ""
    send(f"Status: {status}{allow}", status, f"""<p class="status">{status}</p><h1>Not written</h1>
<p class="lead">{text}</p><p><a class="go" href="/cgi-bin/guestbook.py">Back to the book</a></p>""")
except (OSError, ValueError, KeyError) as error:
    print(f"the guestbook cannot be used: {error!r}", file=sys.stderr)
    text = '<h1>The book is closed</h1><p class="lead">It cannot be opened at the moment.</p>'
    send("Status: 500 Internal Server Error", "Error", text)
