# Starts a program in a root of its own that is read-only, as a user that no file knows: the words are the root, a
# folder that becomes /srv, and the program's own; READ_ONLY_PATHS (with colons between them) are there as outside.
# To be run by `unshare --mount`, so that nothing of it is seen, or left, outside.
set -e
root=$1 site=$2
shift 2
mount -t tmpfs none "$root"
cd "$root"
mkdir dev srv etc
for folder in usr bin lib lib64 sbin; do
  if [ -L "/$folder" ]; then cp -P "/$folder" "$folder"
  elif [ -e "/$folder" ]; then mkdir "$folder"; mount --rbind "/$folder" "$folder"; fi
done
for device in null zero urandom random full; do touch "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
if [ -z "$WITHOUT_PROC" ]; then mkdir proc; mount --rbind /proc proc; fi
if [ -z "$WITHOUT_TMP" ]; then mkdir -m 1777 tmp; fi
echo 'root:x:0:0::/:/bin/sh' > etc/passwd
cp -r "$site/." srv
IFS=:
for path in $READ_ONLY_PATHS; do
  mkdir -p "$root$(dirname "$path")"
  if [ -d "$path" ]; then mkdir -p "$root$path"; else [ -e "$root$path" ] || touch "$root$path"; fi
  mount --bind "$path" "$root$path"
  mount -o remount,bind,ro "$root$path"
done
chmod -R a+rX srv
mount -o remount,ro "$root"
exec chroot "$root" env -i PATH=/usr/bin:/bin ${DENO_DIR:+DENO_DIR=$DENO_DIR} ${PORT:+PORT=$PORT} \
  setpriv --reuid "$AS_USER" --regid "$AS_GROUP" --clear-groups --no-new-privs \
  sh -c 'cd /srv; exec "$@"' sh "$@"
