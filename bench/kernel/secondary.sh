#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 5 -f wpa_supplicant -f wpa_cli -f hostapd_cli -f /usr/bin/ping -t 600
# Four stations are in with the secondary key, one of them pings twenty times a
# second, and the key changes ten times: pings lost, stations sent away.
. /lab/lib.sh
key() { printf '%064x' $((1000 + $1)); } # NUMBER

ns_add sta wlan1
for ap in $APS; do
	. "/lab/ap/$ap.sh"
	ap_start wlan0 bench-$ap "$(key 0)" "$(key 1)" || exit 1
	address $AP_IFACE 10.0.0.1
	address wlan1 10.0.0.2 sta
	NS=sta wpa_start wlan1 bench-$ap "$(key 1)"
	stations=$WPA_PID
	for i in 2 3 4; do
		wpa_start wlan$i bench-$ap "$(key 1)"
		stations="$stations $WPA_PID"
	done
	for i in 1 2 3 4; do
		wait_for 20000 wpa_is wlan$i COMPLETED || exit 1
	done
	ping_start 10.0.0.1 0.05 sta || exit 1
	cpu=$(cpu_us $AP_PID)
	for i in $(seq 2 11); do
		ap_set_secondary "$(key $i)"
		sleep 1
	done
	cpu=$(($(cpu_us $AP_PID) - cpu))
	ping_stop
	figure change_lost $ap $PING_LOST
	figure change_sent $ap $PING_SENT
	figure change_dropped $ap "$(cat /run/wlan?.log | grep -c CTRL-EVENT-DISCONNECTED)"
	figure change_cpu $ap "$(ms $((cpu / 10)))"
	end $stations
	ap_stop
	sleep 1
done
