#!/bin/bash
# Checks the vectors with sha256sum, xxd and openssl alone. Four entries: the tree is ((0 1) (2 3)).
hash() { sha256sum | cut -c1-64; }
bytes() { xxd -r -p; }
leaf() { { printf '\x00'; sed -n "$(($1 + 1))p" entries.ndjson | tr -d '\n'; } | hash; }
node() { { printf '\x01'; printf '%s%s' "$1" "$2" | bytes; } | hash; }
tell() { if [ "$2" = "$3" ]; then echo "$1: ok"; else echo "$1: WRONG"; fi; }

# entry 2 names the leaf hash of entry 1, the one before it in its request
tell links "$(leaf 1)" "$(sed -n 3p entries.ndjson | grep -o '"previous":"[0-9a-f]*"' | cut -d'"' -f4)"

signed=$(sed -n 3p checkpoint | base64 -d | xxd -p -c 64)
tell root "$(node "$(node "$(leaf 0)" "$(leaf 1)")" "$(node "$(leaf 2)" "$(leaf 3)")")" "$signed"

# the tile of level 0 holds the leaf hashes behind each other; the bundle each entry behind its length (two bytes, big endian)
tell tile "$(for i in 0 1 2 3; do leaf $i; done | tr -d '\n')" "$(xxd -p -c 1024 tile/0/000.p/4)"
line() { sed -n "$(($1 + 1))p" entries.ndjson | tr -d '\n'; }
bundle() { for i in 0 1 2 3; do printf '%04x' "$(line $i | wc -c)" | bytes; line $i; done; }
tell bundle "$(bundle | hash)" "$(hash < tile/entries/000.p/4)"

# the proof of entry 2: its neighbour, then the other half
neighbour=$(sed -n 3p 2.tlog-proof | base64 -d | xxd -p -c 64)
half=$(sed -n 4p 2.tlog-proof | base64 -d | xxd -p -c 64)
tell proof "$(node "$half" "$(node "$(leaf 2)" "$neighbour")")" "$signed"

# four entries continue two: with the half that is new, the root of the first two leads to the root of all
old=$(node "$(leaf 0)" "$(leaf 1)")
new=$(sed -n 1p 2-4.consistency | base64 -d | xxd -p -c 64)
tell consistency "$(node "$old" "$new")" "$signed"

# the last base64 of the note is key id (4 bytes) and signature (64); that of the verifier key is type (1) and key (32)
dir=$(mktemp -d)
{ printf '302a300506032b6570032100' | bytes; cut -d+ -f3- vkey | base64 -d | tail -c 32; } > "$dir/key.der"
tail -n 1 checkpoint | cut -d' ' -f3 | base64 -d | tail -c 64 > "$dir/signature"
head -n 3 checkpoint > "$dir/text"
verdict=$(openssl pkeyutl -verify -pubin -keyform DER -inkey "$dir/key.der" -rawin -in "$dir/text" -sigfile "$dir/signature" 2>&1)
tell signature "$verdict" 'Signature Verified Successfully'
rm -r "$dir"

# the unit of entry 1, given its value and its salt (32 bytes of 7)
salt=$(printf '07%.0s' $(seq 32))
opened=$({ printf '%s' "$salt" | bytes; printf '%s' '{"field":"unit","value":"第一中队"}'; } | hash)
tell commitment "sha256:$opened" "$(sed -n 2p entries.ndjson | grep -o '"unit":"[^"]*"' | cut -d'"' -f4)"
