#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -t 90
# A wrong key is refused and named, and spoils nothing for the right one.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
mac=$(mac_of wlan1)
ns_add sta wlan1
must "the network starts" ap_start wlan0 testnet '' 'the right key'
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 sta
ap_events

n=$(lines $AP_EVENTS)
NS=sta wpa_start wlan1 testnet 'the wrong key'
check "the station is told that its key is wrong" wait_for 20000 has WRONG_KEY /run/wlan1.log
check "events name the wrong key" ap_event $n 'wrong key'
check "events name the station" ap_event $n $mac
check "status shows no such peer" equal '' "$(ap_peer $mac)"
check "nothing of its traffic passes" not pings sta 10.0.0.1

wpa_leave wlan1 # asks no more by itself
wpa_set_key wlan1 'the right key'
must "the same station joins with the right key" wpa_join wlan1
check "it is known as secondary" equal secondary "$(ap_peer $mac)"
check "its pings are answered" pings sta 10.0.0.1
