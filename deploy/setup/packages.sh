#!/bin/sh
# Installs the Debian packages named on the command line that are missing, and says so; without root it names them.
set -eu
missing=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "These Debian packages are needed. Please run: sudo apt-get install$missing" >&2
  exit 1
fi
echo "Debian packages that are missing here are installed now:$missing"
apt-get -q update >/dev/null
DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing >/dev/null
