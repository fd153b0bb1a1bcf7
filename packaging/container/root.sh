#!/bin/sh
# root.sh ROOT EXECUTABLE: makes the folder that is the container's file system: the executable, the libraries that it
# asks for, the certificates that the system trusts, a user, and the configuration beside this script. No shell.
set -eu

root=$1 executable=$2 here=$(dirname "$0")

mkdir -p "$root/etc/webserv" "$root/etc/ssl/certs" "$root/usr/bin" "$root/srv" "$root/tmp" "$root/proc" "$root/dev"
chmod 755 "$root" "$root/srv"
# What is received is written here before it is stored, by whichever user the container is started as.
chmod 1777 "$root/tmp"

cp "$executable" "$root/usr/bin/webserv"
chmod 755 "$root/usr/bin/webserv"
# "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)", and the loader as a path alone
libraries=$(ldd "$executable" | sed -nE 's#^(.*=> )?[[:space:]]*(/[^ ]+) \(0x[0-9a-f]+\)$#\2#p')
[ -n "$libraries" ] || { echo "root.sh: ldd names no library of $executable" >&2; exit 1; }
for library in $libraries; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done

cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
echo 'webserv:x:65532:65532::/tmp:/nonexistent' > "$root/etc/passwd"
echo 'webserv:x:65532:' > "$root/etc/group"
cp "$here/webserv.yaml" "$root/etc/webserv/webserv.yaml"
chmod 644 "$root/etc/passwd" "$root/etc/group" "$root/etc/webserv/webserv.yaml" "$root/etc/ssl/certs/ca-certificates.crt"
