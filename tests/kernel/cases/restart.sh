#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -t 240
# A persistent secondary key outlives stop and start and a killed service; a
# temporary one outlives neither, and does not bring back what it replaced.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
mac=$(mac_of wlan1)
ns_add sta wlan1
secondary() { hostednet key show --json | jq -r ".secondary.$1"; } # FIELD
once() { echo "$1" | hostednet key set --once >/dev/null; } # KEY
joins() { # KEY: so does the station, and as secondary
	wpa_leave wlan1
	wpa_set_key wlan1 "$1"
	wpa_join wlan1 && equal secondary "$(ap_peer $mac)"
}
refused() { # KEY
	wpa_leave wlan1
	wpa_set_key wlan1 "$1"
	! wpa_join wlan1
}
crash() { # the service is killed, and started again over what it left
	kill -9 "$AP_PID"
	wait "$AP_PID" 2>/dev/null
	ap_serve wlan0
}
starts() { hostednet start && wait_for 5000 is_up hosted0; }

must "the network starts" ap_start wlan0 testnet '' 'persistent one'
primary=$AP_PRIMARY
NS=sta wpa_start wlan1 testnet 'persistent one'
must "the station joins with the persistent key" wait_for 20000 wpa_is wlan1 COMPLETED

title "persistent, over stop and start"
check "the network stops" hostednet stop
check "the network starts again" starts
check "the key still joins" joins 'persistent one'

title "temporary, over stop and start"
check "a key is set for one session" once 'for one session'
check "it is not persistent" equal false "$(secondary persistent)"
check "it joins" joins 'for one session'
check "the network stops" hostednet stop
check "the network starts again" starts
check "no secondary key is set" equal false "$(secondary set)"
check "the temporary key joins no more" refused 'for one session'
check "the key it replaced joins no more either" refused 'persistent one'

title "persistent, over a killed service"
check "a persistent key is set" ap_set_secondary 'persistent two'
check "it joins" joins 'persistent two'
check "the service starts after kill -9" crash
check "the key is there" equal 'true persistent two' "$(secondary persistent) $(secondary key)"
check "the primary key is the same" equal "$primary" "$(hostednet key show --json | jq -r .primary.key)"
check "the network's name is the same" equal testnet "$(ap_status .ssid)"
check "the network starts over what the killed service left" starts
check "it has one interface" equal 1 "$(iw dev | grep -c 'Interface hosted')"
check "the key joins" joins 'persistent two'

title "temporary, over a killed service"
check "a key is set for one session" once 'for one session, killed'
check "it joins" joins 'for one session, killed'
check "the service starts after kill -9" crash
check "no secondary key is set" equal false "$(secondary set)"
check "the network starts" starts
check "the temporary key joins no more" refused 'for one session, killed'
check "no file holds it" not grep -rq 'for one session' "$AP_STATE"
wpa_leave wlan1
wpa_set_key wlan1 "$primary"
check "the primary key joins" wpa_join wlan1
