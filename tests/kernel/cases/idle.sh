#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 2 -f wpa_supplicant -f wpa_cli -t 120
# A service without anything to do sleeps, also with a station that is silent.
. /lab/lib.sh
. "/lab/ap/${APS%% *}.sh"
waits() { # how often its threads have gone to sleep so far: once for each time they woke
	cat /proc/$AP_PID/task/*/status |
		awk '/^voluntary_ctxt_switches/ { n += $2 } END { print n + 0 }'
}
woke() { # MOST: in the next twenty seconds no more often than that
	local before after
	before=$(waits)
	sleep 20
	after=$(waits)
	echo "        woke $((after - before)) times in 20 s"
	[ $((after - before)) -le "$1" ]
}
must "the network starts" ap_start wlan0 testnet '' 'soon silent'
sleep 2
check "a network without stations wakes less than once a second" woke 19
wpa_start wlan1 testnet 'soon silent'
must "a station joins" wait_for 20000 wpa_is wlan1 COMPLETED
sleep 2
check "a network with a silent station does, too" woke 19
