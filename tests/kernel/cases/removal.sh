#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -t 90
# Without a secondary key its station stays until it leaves; then only the
# primary key is good.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
mac=$(mac_of wlan1)
ns_add sta wlan1
must "the network starts" ap_start wlan0 testnet '' 'soon removed'
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 sta
ap_events
NS=sta wpa_start wlan1 testnet 'soon removed'
must "the station joins with the secondary key" wait_for 20000 wpa_is wlan1 COMPLETED
must "its pings are answered" ping_start 10.0.0.1 0.05 sta
check "the secondary key is removed" ap_set_secondary ''
sleep 1
ping_stop
check "no ping is lost" equal 0 "$PING_LOST"
check "the station is shown as retired" equal retired "$(ap_peer $mac)"
check "status tells of no secondary key" equal false "$(ap_status .secondary_key.set)"

wpa_leave wlan1
e=$(lines $AP_EVENTS)
check "the removed key joins no more" not wpa_join wlan1
check "events call it a retired key" ap_event $e 'retired key'
wpa_leave wlan1
wpa_set_key wlan1 "$AP_PRIMARY"
check "the primary key joins" wpa_join wlan1
check "the station is known as primary" equal primary "$(ap_peer $mac)"
