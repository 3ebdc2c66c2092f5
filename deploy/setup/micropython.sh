#!/bin/sh
# Puts MicroPython's unix port at .cache/micropython/micropython, without root and without touching the system.
# A `micropython` 1.22 or later on the PATH is used as it is; else Debian 13's package is unpacked beside its own libc.
set -eu
home=$(pwd)/.cache/micropython
start=$home/micropython
[ -x "$start" ] && "$start" -c 'import asyncio' && touch "$start" && exit 0
mkdir -p "$home"

if found=$(command -v micropython) &&
   "$found" -c 'import sys; sys.exit(sys.implementation.version < (1, 22))'; then
  ln -sf "$found" "$start"
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "MicroPython is missing: install a micropython 1.22 or later (Debian 13: apt install micropython)." >&2
  exit 1
fi

echo "MicroPython: unpacking Debian 13's package into .cache/micropython (the system is not changed)"
apt=$home/apt types=deb otherwise="install a micropython 1.22 or later by hand."
. deploy/setup/trixie.sh
log=$home/install.log
(
  cd "$home"
  scratch update
  scratch download micropython libc6 libffi8 libmbedcrypto16 libmbedtls21 libmbedx509-7
  for package in ./*.deb; do dpkg -x "$package" system; done
) >"$log" 2>&1 || { tail -5 "$log" >&2; echo "MicroPython could not be fetched; see $log" >&2; exit 1; }
libraries=$home/system/usr/lib/x86_64-linux-gnu
cat >"$start" <<END
#!/bin/sh
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$home/system/usr/bin/micropython" "\$@"
END
chmod +x "$start"
rm -rf "$apt" "$home"/*.deb
"$start" -c 'import sys; print("MicroPython %d.%d.%d is ready" % sys.implementation.version[:3])'
