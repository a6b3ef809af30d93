#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -f tcpdump -t 120
# A station whose key is retired goes through group and pairwise rekeying on
# the key it joined with.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
mac=$(mac_of wlan1)
ns_add sta wlan1
must "the service starts" ap_serve wlan0 --group-rekey 2 --ptk-rekey 5
must "the network starts" eval "ap_configure testnet 'soon retired' && hostednet start"
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 sta
NS=sta wpa_start wlan1 testnet 'soon retired'
must "the station joins" wait_for 20000 wpa_is wlan1 COMPLETED
ap_set_secondary 'the next key'
must "it is shown as retired" equal retired "$(ap_peer $mac)"
air_start /run/air 'type mgt subtype deauth or type mgt subtype disassoc'

must "its pings are answered" ping_start 10.0.0.1 0.05 sta
n=$(lines /run/wlan1.log)
sleep 13
ping_stop
group=$(count /run/wlan1.log $n 'WPA: Group rekeying completed')
pairwise=$(count /run/wlan1.log $n 'WPA: Key negotiation completed')
echo "        $group group and $pairwise pairwise rekeyings, $PING_LOST of $PING_SENT pings lost"
check "the group key changed at least four times" [ "$group" -ge 4 ]
check "the pairwise key changed at least twice" [ "$pairwise" -ge 2 ]
check "no deauthentication was on the air" equal 0 "$(lines /run/air)"
check "a pairwise change costs one ping at most" [ "$PING_LOST" -le "$pairwise" ]
check "the station is still shown as retired" equal retired "$(ap_peer $mac)"
check "its pings are answered" pings sta 10.0.0.1
check "group-addressed frames reach it" /lab/applets/arping -q -I hosted0 -c 3 10.0.0.2
