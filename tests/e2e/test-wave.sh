#!/usr/bin/env bash
# test-wave.sh [MESSAGES [CONNECTIONS]] - one wave, and the daemon, when the programs are built with a sanitizer.
#
#	BUILD=build/tsan tests/e2e/test-wave.sh
# Everybody gets one message, and the sanitizer has nothing to say. A stop
# and settings that are read again belong to it.
# shellcheck disable=SC2317 # ok calls the functions by name
# shellcheck disable=SC2154 # wave.sh sets them
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/e2e/tap.sh
. tests/e2e/tap.sh
# shellcheck source=tests/e2e/wave.sh
. tests/e2e/wave.sh
messages=${1:-2000} connections=${2:-8}
thumoi=${BUILD:-build}/bin/thumoi thumoid=${BUILD:-build}/bin/thumoid
wave_begin 0
export THUMOI_RELAY=$relay THUMOI_CONNECTIONS=$connections
silent() { ! grep -aE -A 25 'WARNING: ThreadSanitizer|ERROR: (Address|Leak)Sanitizer|runtime error:' "$1"; }

ok "a store with $messages people" make_store "$messages"
"$thumoi" -q wave run k w > "$dir/first" 2>&1 &
run=$!
until_sink $((messages / 4))
kill "$run"
wait "$run"
is $? 1 "a run that is told to stop"
"$thumoid" --no-web --no-inbound > "$dir/second" 2>&1 &
run=$!
until_sink $((messages / 2))
kill -HUP "$run"
until_sink $((messages * 3 / 4))
kill "$run"
wait "$run"
is $? 0 "the daemon, which reads its settings again"
run=''
"$thumoi" -q wave run k w > "$dir/third" 2>&1
is $? 0 "a run to the end"
for part in first second third; do ok "nothing to say about the $part" silent "$dir/$part"; done
count_all
is "$copies $lost $uncertain" "0 0 0" "everybody once"
tap_done
