#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 1 -f tcpdump -t 300
# From the command that starts the network to its first beacon on the air, ms.
# Beacons go out at multiples of 102.4 ms, so the commands are given at eight
# times spread evenly over such an interval; on average that adds 51.2 ms.
. /lab/lib.sh
KEY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
INTERVAL=102400 PHASES=8

beacon_us() { sed -n '1s/^\([0-9]*\)\.\([0-9]*\) .*/\1\2/p' /run/beacon; }
beacon_seen() { [ -n "$(beacon_us)" ]; }
phase() { # K: wait for that part of an interval; sets $BEGAN
	sleep 0.5
	air_start /run/beacon 'type mgt subtype beacon'
	now
	usleep $((INTERVAL - NOW % INTERVAL + $1 * INTERVAL / PHASES))
	now
	BEGAN=$NOW
}
first_beacon() { # NAME AP
	wait_for 10000 beacon_seen || exit 1
	ms $(($(beacon_us) - BEGAN)) >>"/run/$1.$2"
	end $AIR_PID
}

for ap in $APS; do
	. "/lab/ap/$ap.sh"
	if [ $ap = hostednet ]; then # its network is set up beforehand, as a configuration file is
		ap_serve wlan0 && ap_configure bench-$ap $KEY && hostednet start >/dev/null || exit 1
		for k in $(seq 0 $((PHASES - 1))); do
			hostednet stop >/dev/null || exit 1
			phase $k
			hostednet start >/dev/null || exit 1
			first_beacon start $ap
		done
		figure start $ap "$(mean </run/start.$ap)"
		ap_stop
	fi
	for k in $(seq 0 $((PHASES - 1))); do
		phase $k
		case $ap in
		hostednet)
			hostednet serve --radio wlan0 --state-dir $AP_STATE --channel 6 >>$AP_LOG 2>&1 &
			AP_PID=$!
			POLL=1000 wait_for 10000 [ -S $HOSTEDNET_SOCKET ]
			hostednet start >/dev/null || exit 1
			;;
		*) ap_start wlan0 bench-$ap $KEY $KEY || exit 1 ;;
		esac
		first_beacon cold $ap
		ap_stop
	done
	figure cold $ap "$(mean </run/cold.$ap)"
done
