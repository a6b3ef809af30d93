#!/usr/bin/env bash
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# A killed service: the persistent key comes back, the temporary one does not, nor what it replaced.
. "$(dirname "$0")/lib"

secondary() { hostednet key show --json | grep -o '"secondary":.*'; }

serve
check "the network starts" hostednet start
check "a persistent key is set" key_is '' 'for ever and ever'
before=$(hostednet key show --json)
crash
serve
check "after kill -9 both keys are there" test "$before" = "$(hostednet key show --json)"
check "the network is idle" says '"state":"idle"' hostednet status --json
check "it starts again" hostednet start
check "the persistent key joins" joins phone 'for ever and ever'

check "a key is set for one session" key_is --once 'for tonight only'
check "it joins" joins guest 'for tonight only'
check "it is not persistent" says '"persistent":false' hostednet status --json
check "no file holds it" not grep -rq 'for tonight only' "$folder/state"
crash
serve
check "after kill -9 no secondary key is set" says '"set":false' secondary
check "the network starts" hostednet start
check "the temporary key is refused" exits 1 joins guest 'for tonight only'
check "the key it replaced is refused" exits 1 joins phone 'for ever and ever'

check "a key is set for one session" key_is --once 'for tonight only'
check "the network stops" hostednet stop
check "the key went with its session" says '"set":false' secondary
check "a key set while idle waits for the next session" key_is --once 'for the next time'
check "the network starts" hostednet start
check "and it joins" joins guest 'for the next time'
check "SIGTERM ends the service with status 0" stop_service
