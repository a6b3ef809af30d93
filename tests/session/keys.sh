#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# The secondary key is changed under a connected station: it stays, shown as retired, and comes back
# only with the new key.
. "$(dirname "$0")/lib"

serve
check "the network starts" says '^active: .* on channel ' hostednet start
check "a secondary key is set" key_is '' 'secret-one'
check "the phone joins with it" joins phone 'secret-one'
check "it is shown with the secondary key" says '"key":"secondary"' hostednet peers --json
check "another secondary key is set" key_is '' 'secret-two'
check "the phone is shown with a retired key" says '"key":"retired"' hostednet peers --json
check "its frames still pass" says '^10 of 10 frames came back' hostednet sim traffic phone
check "its traffic and signal are told" says '"rx_bytes":[1-9][0-9]*,"tx_bytes":[1-9][0-9]*,"signal_dbm":-[0-9]*,"inactive_ms":[0-9]' hostednet peers --json
check "people read them, too" says ' for .* phone  [0-9.]* k*B in, [0-9.]* k*B out, -[0-9]* dBm$' hostednet peers
check "it leaves" hostednet sim leave phone
check "nobody is connected" says '^\[\]$' hostednet peers --json
check "the old key is refused with status 1" exits 1 joins phone 'secret-one'
check "as a retired key" says '^hostednet: retired key' joins phone 'secret-one'
check "with its Win32 name and reason" says '\[ERROR_ACCESS_DENIED (5), reason ' joins phone 'secret-one'
check "a key that never was is a wrong key" says '^hostednet: wrong key' joins stranger 'secret-zero'
check "the new key joins" joins phone 'secret-two'
check "it is shown with the secondary key" says '"key":"secondary"' hostednet peers --json
check "the key is removed" hostednet key remove
check "the phone stays, with a retired key" says '"key":"retired"' hostednet peers --json
primary=$(hostednet key show --json | sed 's/.*"primary":{"key":"\([^"]*\)".*/\1/')
check "the primary key joins" joins laptop "$primary"
check "it is shown with the primary key" says '"key":"primary"' hostednet peers --json
raw=$(printf '0123456789abcdef%.0s' 1 2 3 4)
check "a binary key is set" key_is --raw "$raw"
check "it joins" joins tablet "$raw"
check "status tells its form" says '"form":"binary"' hostednet status --json
check "the network stops" hostednet stop
check "its state is idle" says '"state":"idle"' hostednet status --json
check "64 digits without --raw are told what they are" says 'Say --raw' key_is '' "$(printf 'ab%.0s' {1..32})"
check "a name may be any bytes" hostednet set --ssid "$(printf '\377\376')"
check "and is shown in digits" says '^Network *FFFE$' hostednet status
check "as is one that would turn the line around" says '^Network *61E280AE62$' sh -c "'$program' set --ssid '$(printf 'a\342\200\256b')' && '$program' status"
check "a command that contradicts itself is refused" exits 1 hostednet set --ssid other --band 5 --channel 6
check "and changes nothing" says '^Network *61E280AE62$' hostednet status
check "SIGTERM ends the service with status 0" stop_service
check "its socket is gone" not test -e "$HOSTEDNET_SOCKET"
check "then nobody is reachable: status 3" exits 3 hostednet status
check "which is ERROR_SERVICE_NOT_ACTIVE" says 'ERROR_SERVICE_NOT_ACTIVE (1062)' hostednet status
