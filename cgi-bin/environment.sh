#!/bin/sh
# Shows what a program learns about its request: the meta-variables of RFC 3875 and the request's fields.
# A browser gets a page, everything else plain text. Much of it is what the client wrote, so it is escaped.

variables=$(env | LC_ALL=C sort)
meta='^(AUTH_TYPE|CONTENT_[A-Z]+|GATEWAY_INTERFACE|PATH_[A-Z]+|QUERY_STRING|REMOTE_(ADDR|HOST|IDENT|USER)'
meta="$meta|REQUEST_METHOD|SCRIPT_NAME|SERVER_[A-Z]+)="

escape() {
  LC_ALL=C sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

# rows GREP-OPTIONS: the variables that match, as a table.
rows() {
  echo '<table class="facts"><tbody>'
  printf '%s\n' "$variables" | LC_ALL=C grep -E '^[A-Z_]+=' | LC_ALL=C grep -E "$@" | escape |
    LC_ALL=C sed 's|^\([^=]*\)=\(.*\)$|<tr><th scope="row">\1</th><td>\2</td></tr>|'
  echo '</tbody></table>'
}

case ${HTTP_ACCEPT-} in
*text/html*) ;;
*)
  printf 'Content-Type: text/plain; charset=utf-8\nX-Content-Type-Options: nosniff\n'
  printf 'Cache-Control: no-store\nVary: Accept\n\n'
  [ "$REQUEST_METHOD" = HEAD ] || printf '%s\n' "$variables"
  exit
  ;;
esac

printf 'Content-Type: text/html; charset=utf-8\nCache-Control: no-store\nVary: Accept\n\n'
[ "$REQUEST_METHOD" = HEAD ] && exit

sed -n '/@content@/q; s/@title@/The environment/; p' .page.html
cat <<'HTML'
    <h1>The environment</h1>
    <p class="lead">A program is not told what to do; it looks around. The server puts what it knows about a
    request into environment variables, and nothing of its own surroundings but <code>PATH</code>.</p>
    <p class="tries">Watch the values change:
    <a href="/cgi-bin/environment.sh/isle/of/range?page=2&amp;light=red">another path and query</a>,
    <a href="/cgi-bin/environment.sh/%C3%98resund/%3Cb%3E?%3Cb%3E">letters and signs</a></p>
    <h2>The request</h2>
HTML
rows "$meta"
echo '<h2>The fields of the request</h2>'
rows '^HTTP_'
echo '<h2>What servers add</h2>'
rows -v "$meta|^HTTP_|^PWD=|^OLDPWD=|^_="
sed '1,/@content@/d; s/@program@/environment.sh/g' .page.html
