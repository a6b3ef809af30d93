#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# Exit statuses, JSON shapes, and where keys must not show.
. "$(dirname "$0")/lib"

check "no service: status 3" exits 3 hostednet start
check "no service: the code is 1062" says 'ERROR_SERVICE_NOT_ACTIVE (1062), reason service_unavailable' \
	hostednet peers
check "an unknown command: status 2" exits 2 hostednet frobnicate
check "set without a setting: status 2" exits 2 hostednet set
check "an impossible channel: status 2" exits 2 hostednet serve --channel 15
check "help: status 0" exits 0 hostednet --help

serve -vvv
check "settings exist after init" hostednet set --ssid 'Test Net' --max-peers 2
check "status has the documented shape" says \
	'^{"state":"idle","ssid":"Test Net","bssid":"[0-9a-f:]*","channel":null,"max_peers":2,"radio":"sim","mode":"allow","secondary_key":{"set":false,"persistent":false,"form":null},"peers":\[\]' \
	hostednet status --json
check "the network starts" hostednet start
check "status --json while active" says '"state":"active","ssid":"Test Net","bssid":"[0-9a-f:]*","channel":[0-9]*,' \
	hostednet status --json
check "status for people" says '^Network  *Test Net' hostednet status

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 711 "$folder"
	nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups "$program" "$@"; }
	if nobody --version >/dev/null 2>&1; then
		check "others may ask for the status" nobody status
		check "others may not force a start" says \
			'\[ERROR_ACCESS_DENIED (5), reason elevation_required\]' nobody start
		check "nor change the mode" exits 1 nobody set --mode disallow
	fi
fi

check "a short passphrase: status 1" exits 1 key_is '' 'short'
check "it is ERROR_INVALID_PARAMETER and says why" \
	says '8 to 63 .*\[ERROR_INVALID_PARAMETER (87), reason bad_parameters\]' key_is '' 'short'
check "a line longer than any key is refused as that" \
	says 'longer than 512 bytes.*8 to 63' key_is '' "$(printf '%0600d' 0)"
check "63 digits are no raw key: status 1" exits 1 key_is --raw "$(printf '%063d' 0)"
check "64 letters are no raw key: status 1" exits 1 key_is --raw "$(printf '%064d' 0 | tr 0 x)"
check "no key at all: status 1" exits 1 hostednet key set </dev/null
check "a key as argument: status 2" exits 2 hostednet key set 'my-visible-key'
check "it is not repeated" not says 'my-visible-key' hostednet key set 'my-visible-key'
check "nor as an option" not says 'my-visible-key' hostednet key set --key=my-visible-key
check "nor for a station" not says 'my-visible-key' hostednet sim join phone my-visible-key

check "events stream" eval '"$program" events --json >"$folder/events" & events=$!; sleep 0.3'
hidden='never-in-the-log'
check "a key is set" key_is '' "$hidden"
check "a station joins" joins phone "$hidden"
check "a wrong key is refused" exits 1 joins tablet 'also-never-in-the-log'
check "a raw key is set" key_is --raw "$(printf '%064d' 7)"
check "a station joins with it" joins tablet "$(printf '%064d' 7)"
check "a third is too many" says 'network full' joins watch "$(printf '%064d' 7)"
primary=$(hostednet key show --json | sed 's/.*"primary":{"key":"\([^"]*\)".*/\1/')
check "the primary key has 63 characters" test "${#primary}" -eq 63
check "traffic passes" hostednet sim traffic phone --frames 100
check "stations are listed" says '"name":"phone","mac":"[0-9a-f:]*","state":"joined"' hostednet sim list --json
check "disallowed: the network goes" hostednet set --mode disallow
check "it is unavailable" says '"state":"unavailable".*"mode":"disallow"' hostednet status --json
check "a start is refused: status 1" exits 1 hostednet start
check "with code, reason and remedy" says '\[ERROR_INVALID_STATE (5023), reason interface_unavailable\]' \
	hostednet start
check "allowed again" hostednet set --mode allow
check "a new primary key is made" hostednet key refresh
check "it is another" not says "$primary" hostednet key show
sleep 0.2
kill "$events" 2>/dev/null
wait "$events" 2>/dev/null
check "events told of the arrival" says '"event":"peer_arrived","mac":"[0-9a-f:]*","key":"secondary"' cat "$folder/events"
check "events told of the refusal" says '"event":"peer_refused","mac":"[0-9a-f:]*","failure":"wrong key"' cat "$folder/events"
check "events told of the states" says '"event":"state","old":"active","new":"unavailable"' cat "$folder/events"
check "a reader that leaves early is no error" eval 'hostednet key show | true'

check "SIGTERM ends the service with status 0" stop_service
check "the log is there" says 'peer' cat "$folder/log"
for secret in "$hidden" 'also-never' "$primary" "$(printf '%064d' 7)"; do
	check "the log at trace level holds no key" not grep -qiF -- "$secret" "$folder/log"
done
# Keys also show as lists of numbers when something prints bytes.
numbers=$(printf '%s' "$hidden" | od -An -v -tu1 | tr -s ' \n' ' ' | sed 's/^ //; s/ $//; s/ /, /g')
check "nor as numbers" not grep -qF -- "$numbers" "$folder/log"
hexadecimal=$(printf '%s' "$hidden" | od -An -v -tx1 | tr -d ' \n')
check "nor as hexadecimal digits" not grep -qiF -- "$hexadecimal" "$folder/log"
check "settings are private" test "$(stat -c %a "$folder/state")" = 700
