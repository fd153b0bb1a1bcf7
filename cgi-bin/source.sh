#!/bin/sh
# Shows the source of a program beside it: /cgi-bin/source.sh/form.py. The rest of the path arrives as PATH_INFO.
# Only names of small letters with one of four endings are looked for, so no path leads anywhere else.

head_of_page() {
  printf 'Content-Type: text/html; charset=utf-8\nX-Content-Type-Options: nosniff\n\n'
  [ "$REQUEST_METHOD" = HEAD ] && exit
  sed -n "/@content@/q; s/@title@/$1/; p" .page.html
}

name=${PATH_INFO-}
name=${name#/}
case $name in
*[!a-z.]* | .* | *.*.*) name='' ;;
*.sh | *.py | *.pl | *.php) ;;
*) name='' ;;
esac

if [ -n "$name" ] && [ -f "$name" ]; then
  head_of_page "$name"
  cat <<HTML
    <h1>$name</h1>
    <p class="lead">The program that answers at <code>/cgi-bin/$name</code>, as it lies in its folder.</p>
HTML
  printf '<pre class="source" tabindex="0">'
  sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' "$name"
  echo '</pre>'
else
  printf 'Status: 404 Not Found\n'
  head_of_page 'No such program'
  echo '    <h1>No such program</h1>'
  echo '    <p class="lead">Only the programs of this demo can be read here.</p>'
fi
sed '1,/@content@/d; s/@program@/source.sh/g' .page.html
