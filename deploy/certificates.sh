#!/bin/sh
# Makes the library's own certificates: sh deploy/certificates.sh FOLDER NAME [HOST...]
#
# The first call makes the authority (ca.pem, ca.key) in FOLDER; each call makes NAME.pem, NAME.key and,
# for a controller, NAME.der and NAME.key.der.  A NAME with hosts is a server's; without, a client's: its
# name is its user at the MQTT server.  Keep ca.key off line: whoever has it is every machine.
set -eu
umask 077
folder=$1 name=$2
shift 2
mkdir -p "$folder"
cd "$folder"
days=3650
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1" 2>/dev/null ||
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out "$1" 2>/dev/null; }

if [ ! -e ca.key ]; then
  key ca.key
  openssl req -x509 -new -key ca.key -days "$days" -subj "/CN=library authority" -out ca.pem
  openssl x509 -in ca.pem -outform der -out ca.der
fi
[ -e "$name.key" ] && { echo "$folder/$name.key exists: take it away first" >&2; exit 1; }
key "$name.key"
if [ $# -gt 0 ]; then
  hosts=$(for host in "$@"; do printf ',DNS:%s' "$host"; done)
  printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "${hosts#,}" > "$name.ext"
else
  printf 'extendedKeyUsage=clientAuth\n' > "$name.ext"
fi
openssl req -new -key "$name.key" -subj "/CN=$name" -out "$name.csr"
openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$days" \
  -extfile "$name.ext" -out "$name.pem" 2>/dev/null
openssl x509 -in "$name.pem" -outform der -out "$name.der"
openssl ec -in "$name.key" -outform der -out "$name.key.der" 2>/dev/null
rm -f "$name.csr" "$name.ext"
echo "$folder/$name.pem"
