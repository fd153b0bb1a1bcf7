#!/bin/sh
# Installs webserv for this user: downloads the executable for this system, verifies its checksum and puts it in place.
#
#   curl -fsSL https://webserv.example/releases/latest/install.sh | sh
#
# WEBSERV_URL     where webserv-OS-ARCH and SHA256SUMS are   (default: the address of the releases, below)
# WEBSERV_PREFIX  the folder for the executable              (default: ~/.local/bin)
#
# It needs curl or wget, and sha256sum or shasum. If anything goes wrong nothing is installed and nothing is left behind.
set -eu

RELEASES=https://webserv.example/releases/latest

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
    curl -fsSL --connect-timeout 30 -o "$2" "$1" || fail "$1 could not be downloaded: check the address (WEBSERV_URL) and the network"
  elif has wget; then
    wget -q -T 30 -O "$2" "$1" || fail "$1 could not be downloaded: check the address (WEBSERV_URL) and the network"
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

# The checksum that SHA256SUMS has for a name.
sum_for() {
  while read -r sum name || [ -n "$sum" ]; do
    if [ "${name#\*}" = "$1" ]; then printf '%s\n' "$sum"; fi
  done < "$2"
}

cleanup() {
  [ -z "${work:-}" ] || rm -rf "$work"
  [ -z "${new:-}" ] || rm -f "$new"
  [ -z "${made:-}" ] || rmdir "$made" 2> /dev/null || :
}

main() {
  url=${WEBSERV_URL:-$RELEASES}
  url=${url%/}
  prefix=${WEBSERV_PREFIX:-${HOME:+$HOME/.local/bin}}
  [ -n "$prefix" ] || fail "there is no HOME: name a folder with WEBSERV_PREFIX"
  case $prefix in
    /*) ;;
    *) prefix=$PWD/$prefix ;;
  esac
  while [ "$prefix" != / ] && [ "${prefix%/}" != "$prefix" ]; do prefix=${prefix%/}; done
  file=webserv-$(system)
  check_folder "$prefix"

  work='' new='' made=''
  trap cleanup EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  work=$(mktemp -d)

  download "$url/SHA256SUMS" "$work/SHA256SUMS"
  wanted=$(sum_for "$file" "$work/SHA256SUMS")
  [ -n "$wanted" ] || fail "$url/SHA256SUMS has no checksum for $file: nothing is installed"
  say "downloading $url/$file"
  download "$url/$file" "$work/$file"
  got=$(sum_of "$work/$file")
  [ "$got" = "$wanted" ] || fail "the checksum of $url/$file is wrong, so nothing is installed: it is $got, and SHA256SUMS says $wanted"

  # Beside its place first: renaming is all or nothing, also while an older one runs.
  [ -d "$prefix" ] || made=$prefix
  mkdir -p "$prefix" || fail "$prefix could not be made: choose another folder with WEBSERV_PREFIX"
  new=$prefix/.webserv-install.$$
  cp "$work/$file" "$new" || fail "$new could not be written: is there enough space?"
  chmod 755 "$new"
  version=$("$new" --version) || fail "$file does not start on this system (on Linux it needs glibc): nothing is installed"
  mv -f "$new" "$prefix/webserv" || fail "$prefix/webserv could not be replaced"
  new='' made=''
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
