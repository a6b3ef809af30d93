#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 3 -f wpa_supplicant -f wpa_cli -f /usr/bin/ping -f tcpdump -t 150
# The secondary key changes a hundred times under a station that pings twenty
# times a second: no ping is lost and nobody is sent away.  When the station
# leaves by itself, its old key is retired and the newest one is good.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
mac=$(mac_of wlan1) other=$(mac_of wlan2)
ns_add sta wlan1
must "the network starts" ap_start wlan0 testnet '' 'key number 0'
address $AP_IFACE 10.0.0.1
address wlan1 10.0.0.2 sta
ap_events
NS=sta wpa_start wlan1 testnet 'key number 0'
sta=$WPA_PID
must "the station joins" wait_for 20000 wpa_is wlan1 COMPLETED
air_start /run/air 'type mgt subtype deauth or type mgt subtype disassoc'

must "its pings are answered" ping_start 10.0.0.1 0.05 sta
n=$(lines /run/wlan1.log)
for i in $(seq 100); do
	ap_set_secondary "key number $i" || fail "change $i is refused"
done
ping_stop
echo "        $PING_SENT pings during 100 changes"
check "no ping is lost" equal 0 "$PING_LOST"
check "there was time for pings" [ "$PING_SENT" -ge 40 ]
check "no deauthentication was on the air" equal 0 "$(lines /run/air)"
check "the station noticed nothing" equal 0 "$(count /run/wlan1.log $n CTRL-EVENT-DISCONNECTED)"
check "it is shown as retired" equal retired "$(ap_peer $mac)"

wpa_start wlan2 testnet 'key number 100'
must "another station joins with the newest key" wait_for 20000 wpa_is wlan2 COMPLETED
check "that one is known as secondary" equal secondary "$(ap_peer $other)"
end $WPA_PID

e=$(lines $AP_EVENTS)
wpa_leave wlan1
check "the oldest key joins no more" not wpa_join wlan1
wpa_leave wlan1
e=$(lines $AP_EVENTS)
wpa_set_key wlan1 'key number 99'
check "the key before joins no more" not wpa_join wlan1
check "events call it a retired key" ap_event $e 'retired key'
wpa_leave wlan1
wpa_set_key wlan1 'key number 100'
check "the newest key joins" wpa_join wlan1
check "the station is known as secondary" equal secondary "$(ap_peer $mac)"
check "its pings are answered" pings sta 10.0.0.1
