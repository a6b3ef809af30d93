#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -t 60
# A service that is asked to end takes everything with it that it made.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
interfaces() { iw dev | sed -n 's/^[[:blank:]]*\(Interface\|type\|addr\) //p'; }
before=$(interfaces)
for signal in TERM INT; do
	must "the network starts" ap_start wlan0 testnet '' 'until the end'
	check "it has an interface of its own" [ -e /sys/class/net/hosted0 ]
	wpa_start wlan1 testnet 'until the end'
	must "a station joins" wait_for 20000 wpa_is wlan1 COMPLETED
	kill -$signal $AP_PID
	check "the service ends after SIG$signal" wait_for 5000 dead $AP_PID
	wait $AP_PID
	check "with success" equal 0 $?
	check "the station is told" wait_for 3000 has CTRL-EVENT-DISCONNECTED /run/wlan1.log
	end $WPA_PID
	check "no interface is left behind" equal "$before" "$(interfaces)"
	check "no socket is left behind" not [ -e $HOSTEDNET_SOCKET ]
done
