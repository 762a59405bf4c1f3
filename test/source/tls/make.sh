#!/bin/sh
# Makes the certificates of the tests anew: a root, and a server's for two names and one public address.
# They are valid for a hundred years, and trusted by nobody but the tests; the root's key is not kept.
set -eu
cd "$(dirname "$0")"
root_key="$(mktemp)"
trap 'rm -f "$root_key" request.pem' EXIT
curve='-algorithm EC -pkeyopt ec_paramgen_curve:P-256'
openssl genpkey $curve -out "$root_key"
openssl req -x509 -new -key "$root_key" -days 36500 -subj '/CN=bgcut tests' -out ca.pem
openssl genpkey $curve -out key.pem
openssl req -new -key key.pem -subj '/CN=photos.example' -out request.pem
printf 'subjectAltName=DNS:photos.example,DNS:other.example,IP:93.184.216.34\nbasicConstraints=CA:FALSE\n' |
  openssl x509 -req -in request.pem -CA ca.pem -CAkey "$root_key" -days 36500 -extfile /dev/stdin -out cert.pem
