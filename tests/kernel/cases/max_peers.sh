#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 4 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -t 120
# One station more than allowed is refused with status 17 until another leaves.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
must "the service starts" ap_serve wlan0
must "two peers are allowed" hostednet set --max-peers 2 # this stops a running network
must "the network starts" eval "ap_configure testnet 'for two stations' && hostednet start"
check "status tells so" equal 2 "$(ap_status .max_peers)"
for i in 1 2; do
	wpa_start wlan$i testnet 'for two stations'
	must "station $i joins" wait_for 20000 wpa_is wlan$i COMPLETED
done
wpa_start wlan3 testnet 'for two stations'
check "station 3 is refused with status 17" wait_for 20000 has 'ASSOC-REJECT.*status_code=17' /run/wlan3.log
check "it is not in" not wpa_is wlan3 COMPLETED
check "two peers are in" equal 2 "$(ap_status '.peers | length')"
check "stations 1 and 2 stay" eval 'wpa_is wlan1 COMPLETED && wpa_is wlan2 COMPLETED'
wpa_leave wlan3 # asks no more by itself
wpa_leave wlan1
check "station 3 joins when station 1 has left" wpa_join wlan3
