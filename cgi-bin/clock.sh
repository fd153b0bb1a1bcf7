#!/bin/sh
# Shows that an answer may go on: one server-sent event a second, for ten minutes or until the client leaves.
# Only what asks for text/event-stream gets the stream (EventSource does); everything else gets a page that shows it.

seconds=600

case $REQUEST_METHOD in
GET | HEAD) ;;
*)
  printf 'Status: 405 Method Not Allowed\nAllow: GET, HEAD\nContent-Type: text/html; charset=utf-8\n\n'
  sed -n '/@content@/q; s/@title@/Not like this/; p' .page.html
  echo '    <h1>The clock can only be read</h1><p class="lead">Ask with GET.</p>'
  sed '1,/@content@/d; s/@program@/clock.sh/g' .page.html
  exit
  ;;
esac

case ${HTTP_ACCEPT-} in
*text/event-stream*)
  printf 'Content-Type: text/event-stream; charset=utf-8\nCache-Control: no-store\nVary: Accept\n\n'
  [ "$REQUEST_METHOD" = HEAD ] && exit
  while [ "$seconds" -gt 0 ]; do
    printf 'data: %s\n\n' "$(date +%H:%M:%S)"
    sleep 1
    seconds=$((seconds - 1))
  done
  printf 'event: end\ndata: The watch is over.\n\n'
  exit
  ;;
esac

printf 'Content-Type: text/html; charset=utf-8\nCache-Control: no-store\nVary: Accept\n\n'
[ "$REQUEST_METHOD" = HEAD ] && exit

now=$(date '+%H:%M:%S %Z')
time=${now% *}
hour=${time%%:*}
second=${time##*:}
minute=${time#*:}
minute=${minute%:*}

sed -n "/@content@/q; s/@title@/The ship's clock/; p" .page.html
cat <<HTML
    <h1>The ship&rsquo;s clock</h1>
    <p class="lead">This page was whole at once, but it has asked for a second answer that does not end: a line each
    second, written by a shell script while you watch.</p>
    <div class="watch">
      <svg id="clock" viewBox="-100 -100 200 200" style="--h:$hour;--m:$minute;--s:$second" aria-hidden="true">
        <circle class="rim" r="96"/><circle class="face" r="89"/>
        <circle class="minutes" r="80" pathLength="60"/><circle class="hours" r="76" pathLength="12"/>
        <path class="hour" d="M-3.5 12 0-50 3.5 12z"/><path class="minute" d="M-2.5 14 0-74 2.5 14z"/>
        <path class="second" d="M0 22V-78"/><circle r="4.5"/>
      </svg>
      <div>
        <p class="time"><time id="time">$time</time> ${now##* }</p>
        <p id="state">The time when you asked.</p>
        <noscript><p><a class="go" href="/cgi-bin/clock.sh">Ask again</a></p></noscript>
        <pre tabindex="0"><i>\$</i> curl -N -H 'Accept: text/event-stream' \\
    http://127.0.0.1:8080/cgi-bin/clock.sh

data: <b>$time</b></pre>
      </div>
    </div>
    <script>
      const clock = document.getElementById("clock"), time = document.getElementById("time");
      const state = document.getElementById("state");
      const source = new EventSource("/cgi-bin/clock.sh");
      let count = 0;
      source.onmessage = ({ data }) => {
        const [hour, minute, second] = data.split(":");
        clock.style = \`--h:\${hour};--m:\${minute};--s:\${second}\`;
        time.textContent = data;
        state.textContent = \`\${++count} \${count === 1 ? "event" : "events"} so far, on one connection.\`;
      };
      source.onerror = () => state.textContent = "No answer. Trying again.";
      source.addEventListener("end", ({ data }) => {
        source.close();
        state.textContent = data;
      });
    </script>
HTML
sed '1,/@content@/d; s/@program@/clock.sh/g' .page.html
