#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# The demonstration: one command, stations join by themselves, half with each key.
. "$(dirname "$0")/lib"

"$program" up --radio sim --state-dir "$folder/state" --stations 6 --for 6 >"$folder/up" 2>&1 &
up=$!
sleep 3
check "six stations are connected" test "$(hostednet peers --json | grep -o '"mac"' | wc -l)" -eq 6
check "three with the primary key" test "$(hostednet peers --json | grep -o '"key":"primary"' | wc -l)" -eq 3
check "three with the secondary key" test "$(hostednet peers --json | grep -o '"key":"secondary"' | wc -l)" -eq 3
check "a second one is refused the socket" says 'Another service already answers' \
	hostednet up --radio sim --state-dir "$folder/state2" --for 1
status=0
wait "$up" || status=$?
check "it ends by itself with status 0" test "$status" -eq 0
check "it says who joined with which key" \
	says '^6 stations joined: 3 with the primary key, 3 with the secondary key$' cat "$folder/up"
check "frames came back" says 'encrypted frames came back' cat "$folder/up"

"$program" up --radio sim --state-dir "$folder/state" --stations 2 >"$folder/up" 2>&1 &
up=$!
for _ in $(seq 100); do
	grep -q 'joined with the secondary key' "$folder/up" && break
	sleep 0.1
done
kill -INT "$up"
status=0
wait "$up" || status=$?
check "SIGINT ends it orderly" test "$status" -eq 0
check "its socket is gone" not test -e "$HOSTEDNET_SOCKET"
serve
check "the key made for that run went with it" says '"set":false' hostednet status --json
check "SIGTERM ends the service with status 0" stop_service

# The live view, in a terminal that util-linux' script makes.
if command -v script >/dev/null; then
	script -qfc "stty cols 80 rows 24; TERM=xterm '$program' up --radio sim --state-dir '$folder/state' --stations 2" \
		"$folder/screen" </dev/null >/dev/null 2>&1 &
	terminal=$!
	for _ in $(seq 100); do
		grep -aq laptop "$folder/screen" 2>/dev/null && break
		sleep 0.1
	done
	sleep 0.5
	check "the live view shows the peers" grep -aq laptop "$folder/screen"
	check "and their keys" grep -aq secondary "$folder/screen"
	check "it shows no key unasked" not grep -aqF "$(hostednet key show --json | sed 's/.*"primary":{"key":"\([^"]*\)".*/\1/')" "$folder/screen"
	kill -9 "$terminal"
	wait "$terminal" 2>/dev/null
	for _ in $(seq 50); do
		[ -e "$HOSTEDNET_SOCKET" ] || break
		sleep 0.1
	done
	check "it ends orderly when its terminal is closed" not test -e "$HOSTEDNET_SOCKET"
fi
