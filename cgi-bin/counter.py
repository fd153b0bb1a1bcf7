#!/usr/bin/env python3
"""Shows a session: a random name in a cookie (RFC 6265), and what is known under that name kept here.

The cookie lives until the browser closes; HttpOnly hides it from scripts, and with SameSite=Lax
other sites' forms do not bring it along.
"""
import fcntl
import json
import os
import secrets
import stat
import sys
import tempfile
from pathlib import Path
from time import time
from urllib.parse import quote

MOST_SESSIONS = 500
COOKIE = "visits"


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


def change(update):
    """Calls update(sessions) while nobody else can, and keeps the result: written beside its place, then renamed."""
    folder = data_folder()
    with open(folder / "counter.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / "counter.json"
        sessions = json.loads(file.read_text()) if file.exists() else {}
        result = update(sessions)
        # The longest unused ones go.
        kept = sorted(sessions.items(), key=lambda item: item[1]["used"])[-MOST_SESSIONS:]
        new = folder / "counter.new"
        new.write_text(json.dumps(dict(kept)))
        new.replace(file)
        return result


def sent_name():
    """The session's name from `a=1; visits=NAME; b=2`."""
    for pair in os.environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == COOKIE:
            return value
    return None


def visit(sessions):
    name = sent_name()
    if name not in sessions:
        # Never a name that the client chose: somebody else could know it.
        name = secrets.token_urlsafe(16)
        sessions[name] = {"visits": 0}
    sessions[name]["visits"] += 1
    sessions[name]["used"] = time()
    return name, sessions[name]["visits"]


def send(head, content="", title="A counter"):
    text = f"{head}\nContent-Type: text/html; charset=utf-8\nCache-Control: no-store\n\n"
    if os.environ.get("REQUEST_METHOD") != "HEAD":
        frame = Path(__file__).with_name(".page.html").read_text("utf-8")
        before, after = frame.replace("@title@", title).replace("@program@", "counter.py").split("@content@")
        text += before + content + after
    sys.stdout.buffer.write(text.encode())


def main():
    path = quote(os.environ.get("SCRIPT_NAME", "/"))
    attributes = f"Path={path}; HttpOnly; SameSite=Lax"
    method = os.environ.get("REQUEST_METHOD", "GET")
    if method == "POST":
        change(lambda sessions: sessions.pop(sent_name(), None))
        head = "Status: 303 See Other"
        send(f"{head}\nLocation: {path}\nSet-Cookie: {COOKIE}=; Max-Age=0; {attributes}")
    elif method in ("GET", "HEAD"):
        name, visits = change(visit)
        times = "time" if visits == 1 else "times"
        send(f"Status: 200 OK\nSet-Cookie: {COOKIE}={name}; {attributes}", f"""<h1>A counter in Python</h1>
<p class="lead">Requests know nothing of each other. What ties yours together is a random name, which your browser got
in a cookie and shows each time.</p>
<p class="count"><b>{visits}</b> {times} here</p>
<form class="buttons" method="post" action="/cgi-bin/counter.py">
  <a class="go" href="/cgi-bin/counter.py">Come again</a> <button class="go">Forget me</button>
</form>
<pre tabindex="0">Set-Cookie: {COOKIE}=<b>{name[:4]}&hellip;</b>; {attributes}</pre>
<p>The <a href="/cgi-bin/counter.php">same in PHP</a> has a cookie and a count of its own.</p>""")
    else:
        send("Status: 405 Method Not Allowed\nAllow: GET, HEAD, POST", "<h1>Not like this</h1>", "Not allowed")


try:
    main()
except (OSError, ValueError) as error:
    print(f"the count cannot be kept: {error}", file=sys.stderr)
    text = '<h1>Lost count</h1><p class="lead">The count cannot be kept at the moment.</p>'
    send("Status: 500 Internal Server Error", text, "Error")
