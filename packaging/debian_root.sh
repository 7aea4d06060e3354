# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Sourced by test-deb and test-service: a minimal Debian 12 in a folder of its
# own, from wherever this machine's apt gets Debian 12.

suite=bookworm

# Lines "URI SUITE" of what apt is configured for.
apt_sources() {
  apt-get indextargets --format '$(REPO_URI) $(SUITE) $(CODENAME)' \
    'Identifier: Packages' 'Component: main' |
    awk -v suite="$suite" 'index($3, suite) == 1 && !seen[$1, $3]++ {
      print $1, $3 }'
}

packaging_cache() {
  echo "${P2PCHECK_PACKAGING:-${XDG_CACHE_HOME:-$HOME/.cache}/p2pcheck-packaging}"
}

# The tar of a fresh minimal root, made once.
base_tar() {
  local cache uri
  cache=$(packaging_cache)
  mkdir -p "$cache"
  if [ ! -e "$cache/$suite.tar" ]; then
    uri=$(apt_sources | awk -v suite="$suite" '$2 == suite { print $1; exit }')
    [ "$uri" ] || { echo "apt knows no $suite here" >&2; return 1; }
    rm -rf "$cache/new"
    debootstrap --variant=minbase "$suite" "$cache/new" "$uri" >&2
    tar -C "$cache/new" --numeric-owner -cf "$cache/$suite.tar.new" .
    rm -rf "$cache/new"
    mv "$cache/$suite.tar.new" "$cache/$suite.tar"
  fi
  echo "$cache/$suite.tar"
}

# make_root FOLDER: a minimal Debian in it, whose apt works.
make_root() {
  local tar keys=/usr/share/keyrings/debian-archive-keyring.gpg
  tar=$(base_tar)
  mkdir -p "$1"
  tar -C "$1" --numeric-owner -xf "$tar"
  apt_sources | while read -r uri name; do
    echo "deb [signed-by=$keys] $uri $name main"
  done >"$1/etc/apt/sources.list"
  apt-config dump | grep -E '^Acquire::[a-z]+::(Proxy|Verify)' \
    >"$1/etc/apt/apt.conf.d/90machine" || true
  cp /etc/resolv.conf /etc/hosts "$1/etc/"
  # Nothing is started in there.
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod 755 "$1/usr/sbin/policy-rc.d"
}

# in_root FOLDER COMMAND...: with an environment of its own.
in_root() {
  local root=$1
  shift
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    HOME=/root LC_ALL=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive \
    chroot "$root" "$@"
}

# install_in FOLDER PACKAGE...
install_in() {
  local root=$1
  shift
  in_root "$root" apt-get -qq update
  in_root "$root" apt-get -qq -y -o Dpkg::Use-Pty=0 --no-install-recommends \
    install "$@" >&2
}

# in_namespace SCRIPT ARGUMENTS...: runs the calling script again, as root and
# in a mount namespace of its own, so that no mount outlives it.
in_namespace() {
  [ "${P2PCHECK_NAMESPACE:-}" = yes ] && return
  as_root env P2PCHECK_NAMESPACE=yes \
    unshare --mount --pid --fork --kill-child --propagation private "$@"
  exit
}
