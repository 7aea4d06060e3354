# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by first-run and run-tests: the Debian packages we need, by name.

build_packages=(g++ cmake ninja-build pkg-config libfmt-dev libcli11-dev
  libtomlplusplus-dev rapidjson-dev libpci-dev libudev-dev libarchive-dev
  zlib1g-dev nettle-dev pci.ids)
test_packages=(libgtest-dev python3 git pciutils mandoc reuse clang clang-format
  zstd umockdev gir1.2-umockdev-1.0 python3-gi)

# The tests of what is written for others run node, of any origin,
# a browser and shells.
test_packages+=(python3-jsonschema zsh fish chromium)
command -v node >/dev/null && command -v npm >/dev/null ||
  test_packages+=(nodejs npm)

# What the commands that make and try packages need beside these; CI does not.
deb_packages=(debhelper dpkg-dev lintian git python3 mandoc libgtest-dev)
root_packages=(debootstrap git python3 util-linux)
rpm_packages=(rpm cpio git python3 mandoc libgtest-dev)
boot_packages=(e2fsprogs gcc libc6-dev binutils)

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# Installs those of its arguments that are missing; without any, nobody is
# asked, neither apt nor sudo nor the network.
need_packages() {
  local missing=() package
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian; what we need is known there as: $*" >&2
    return
  fi
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "Installing: ${missing[*]}"
  as_root apt-get update -q
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}"
}
