#!/bin/sh
# Installs webserv for this user: downloads the executable for this system, verifies it and puts it in place.
#
#   curl -fsSL https://webserv.example/releases/download/v1.2.3/install.sh | sh
#
# WEBSERV_VERSION the version to install                     (default: the one that this script was released with)
# WEBSERV_URL     where the releases are, each in vVERSION/  (default: RELEASES below)
# WEBSERV_PREFIX  the folder for the executable              (default: ~/.local/bin)
#
# It needs curl or wget, and sha256sum or shasum. The checksums of its own version are within this script. Those of
# another version are downloaded, and count only with a signature by the key within this script, which takes openssl. So
# whoever can change what lies at WEBSERV_URL cannot change what is installed. If anything goes wrong nothing is
# installed and nothing is left behind.
#
# In the repository this is a template: the lines between the marks are written by `deno task release`.
set -eu
# Ranges of characters are those of ASCII.
LC_ALL=C
export LC_ALL

# release: begin
RELEASES=https://webserv.example/releases/download
VERSION=''
SUMS=''
PUBLIC_KEY=''
# release: end

say() {
  printf '%s\n' "install.sh: $*" >&2
}

fail() {
  say "$*"
  exit 1
}

has() {
  command -v "$1" > /dev/null 2>&1
}

# The system's part of the file name.
system() {
  os=$(uname -s) arch=$(uname -m)
  case $os in
    Linux) os_name=linux ;;
    Darwin) os_name=macos ;;
    *) fail "there is no executable for $os here: only for Linux and macOS (for Windows, download webserv-windows-x64.exe)" ;;
  esac
  case $arch in
    x86_64 | amd64) arch_name=x64 ;;
    aarch64 | arm64) arch_name=arm64 ;;
    *) fail "there is no executable for $os on $arch: only for x86_64 and arm64" ;;
  esac
  printf '%s\n' "$os_name-$arch_name"
}

# Fails before the download if the folder could not be written afterwards.
check_folder() {
  place=$1
  while [ ! -e "$place" ]; do place=$(dirname "$place"); done
  [ -d "$place" ] || fail "$place is no folder: choose another with WEBSERV_PREFIX"
  [ -w "$place" ] || fail "$place may not be written: choose another folder with WEBSERV_PREFIX"
  [ ! -d "$1/webserv" ] || fail "$1/webserv is a folder: move it away, or choose another place with WEBSERV_PREFIX"
}

# download ADDRESS FILE
download() {
  if has curl; then
    curl -fsSL --connect-timeout 30 --speed-limit 1 --speed-time 60 -o "$2" "$1" || fail "$1 could not be downloaded: check the address (WEBSERV_URL) and the network"
  elif has wget; then
    wget -q -t 3 -T 30 -O "$2" "$1" || fail "$1 could not be downloaded: check the address (WEBSERV_URL) and the network"
  else
    fail "neither curl nor wget is installed: install one of them"
  fi
}

# The checksum of a file.
sum_of() {
  if has sha256sum; then
    sum=$(sha256sum "$1")
  elif has shasum; then
    sum=$(shasum -a 256 "$1")
  else
    fail "neither sha256sum nor shasum is installed: without one, the download cannot be verified"
  fi
  printf '%s\n' "${sum%% *}"
}

# sum_for NAME: the checksum that the list on standard input has for a name.
sum_for() {
  while read -r sum name || [ -n "$sum" ]; do
    if [ "${name#\*}" = "$1" ]; then printf '%s\n' "$sum"; fi
  done
}

# The version to install, without the v of its tag.
chosen_version() {
  chosen=${WEBSERV_VERSION:-$VERSION}
  chosen=${chosen#v}
  case $chosen in
    '') fail "which version? This script is of no release: get the one of a release, which has its checksums within it" ;;
    [!0-9]* | *[!0-9A-Za-z.+-]*) fail "WEBSERV_VERSION is no version: write it as 1.2.3 or 1.2.3-rc.1" ;;
  esac
  printf '%s\n' "$chosen"
}

# Fails before the download if what is downloaded could not be verified afterwards.
check_means() {
  if [ "$1" = "$VERSION" ] && [ -n "$SUMS" ]; then return; fi
  [ -n "$PUBLIC_KEY" ] || fail "version $1 cannot be verified: this script has neither its checksums nor a key to verify them by; get the install.sh of that release"
  has openssl || fail "openssl is not installed: without it, the signature of version $1 cannot be verified; install it, or get the install.sh of that release"
}

# trusted_sums VERSION ADDRESS FILE: writes checksums that are not trusted merely for lying where the executable does.
trusted_sums() {
  if [ "$1" = "$VERSION" ] && [ -n "$SUMS" ]; then
    printf '%s\n' "$SUMS" > "$3"
    return
  fi
  download "$2/SHA256SUMS" "$3"
  download "$2/SHA256SUMS.sig" "$3.sig"
  printf '%s\n' "$PUBLIC_KEY" > "$3.key"
  openssl dgst -sha256 -verify "$3.key" -signature "$3.sig" "$3" > /dev/null 2>&1 ||
    fail "the signature of $2/SHA256SUMS is not by the key of webserv's releases, so nothing is installed"
}

cleanup() {
  [ -z "${work:-}" ] || rm -rf "$work"
  [ -z "${new:-}" ] || rm -f "$new"
  # Folders that were made for it, up to the one that was there.
  while [ "${made:-}" != "${kept:-}" ]; do
    rmdir "$made" 2> /dev/null || break
    made=$(dirname "$made")
  done
}

main() {
  url=${WEBSERV_URL:-$RELEASES}
  case $url in
    http://* | https://*) ;;
    *) fail "WEBSERV_URL is no address: it begins with https:// or http://" ;;
  esac
  wanted_version=$(chosen_version)
  url=${url%/}/v$wanted_version
  prefix=${WEBSERV_PREFIX:-${HOME:+$HOME/.local/bin}}
  [ -n "$prefix" ] || fail "there is no HOME: name a folder with WEBSERV_PREFIX"
  case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  while [ "$prefix" != / ] && [ "${prefix%/}" != "$prefix" ]; do prefix=${prefix%/}; done
  file=webserv-$(system)
  check_folder "$prefix"
  check_means "$wanted_version"

  work='' new='' made='' kept=''
  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM
  work=$(mktemp -d)

  trusted_sums "$wanted_version" "$url" "$work/SHA256SUMS"
  wanted=$(sum_for "$file" < "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "the checksums of version $wanted_version have none for $file: nothing is installed"
  say "downloading $url/$file"
  download "$url/$file" "$work/$file"
  got=$(sum_of "$work/$file")
  [ "$got" = "$wanted" ] || fail "the checksum of $url/$file is wrong, so nothing is installed: it is $got and ought to be $wanted"

  # Beside its place first: renaming is all or nothing, also while an older one runs.
  kept=$prefix
  while [ ! -d "$kept" ]; do kept=$(dirname "$kept"); done
  made=$prefix
  mkdir -p "$prefix" || fail "$prefix could not be made: choose another folder with WEBSERV_PREFIX"
  new=$(mktemp "$prefix/.webserv-install.XXXXXX") || fail "$prefix could not be written: choose another folder with WEBSERV_PREFIX"
  cp "$work/$file" "$new" || fail "$new could not be written: is there enough space?"
  [ "$(sum_of "$new")" = "$wanted" ] || fail "$new was changed by somebody else, so nothing is installed: who else may write $prefix?"
  chmod 755 "$new"
  version=$("$new" --version) || fail "$file does not start on this system (on Linux it needs glibc): nothing is installed"
  # A signature says who made it, not which release it is: an older one must not pass for this one.
  case "$version " in
    "webserv $wanted_version "*) ;;
    *) fail "$url/$file is not version $wanted_version but $version: nothing is installed" ;;
  esac
  mv -f "$new" "$prefix/webserv" || fail "$prefix/webserv could not be replaced"
  new='' made=$kept
  say "installed $version as $prefix/webserv"

  case ":${PATH:-}:" in
    *":$prefix:"*)
      found=$(command -v webserv || :)
      [ "$found" = "$prefix/webserv" ] || say "note: webserv on your PATH is another one, ${found:-hidden by an alias}"
      ;;
    *) say "note: $prefix is not on your PATH; add it with: export PATH=\"$prefix:\$PATH\"" ;;
  esac
}

# At the very end, so that half a download of this script does nothing.
main "$@"
