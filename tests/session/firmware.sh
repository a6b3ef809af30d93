#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# A radio whose firmware lets stations in by itself: both keys join, the secondary one changes, a wrong
# key is told, and nobody who is in is disturbed.
. "$(dirname "$0")/lib"

peer_count() { hostednet peers --json | grep -o "\"mac\"" | wc -l; }

serve --sim-firmware
check "the network starts" says '^active: .* on channel ' hostednet start
check "a secondary key is set" key_is '' 'secret-one'
check "the phone joins with it" joins phone 'secret-one'
check "it is shown with the secondary key" says '"key":"secondary"' hostednet peers --json
primary=$(hostednet key show --json | sed 's/.*"primary":{"key":"\([^"]*\)".*/\1/')
check "the primary key joins" joins laptop "$primary"
check "it is shown with the primary key" says '"key":"primary"' hostednet peers --json
check "a wrong key is told" says '^hostednet: wrong key' joins stranger 'secret-zero'
check "another secondary key is set" key_is '' 'secret-two'
check "the phone is shown with a retired key" says '"key":"retired"' hostednet peers --json
check "its frames still pass" says '^10 of 10 frames came back' hostednet sim traffic phone
check "so do the laptop's" says '^10 of 10 frames came back' hostednet sim traffic laptop
check "the new key joins" joins tablet 'secret-two'
check "the phone leaves" hostednet sim leave phone
check "the old key is refused" says '^hostednet: retired key' joins phone 'secret-one'
check "the others are still there" says '^2$' peer_count
check "the network stops" hostednet stop
check "its state is idle" says '"state":"idle"' hostednet status --json
check "SIGTERM ends the service with status 0" stop_service
