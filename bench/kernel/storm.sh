#!/bin/sh
# shellcheck shell=ash disable=SC1090,SC1091,SC2034,SC2086,SC2153,SC2154
#lab -r 65 -m 1024 -f wpa_supplicant -f wpa_cli -p support_p2p_device=0 -t 2400
# Many stations join at once: all are ready and idle, then one signal tells
# them to connect.  When the last is connected (ms), what it costs the service
# for each (CPU ms), its memory then (kB).  Each access point has a network name
# of its own, or stations would try the one before first, whose beacon they know.
# Environment: SIZES ("1 32 64"), REPEAT (3).
. /lab/lib.sh
export POLL=500000
PRIMARY=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
SECONDARY=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210

connected() { # N: as many stations have said so since the log was cleared
	[ "$(grep CTRL-EVENT-CONNECTED /run/stations | awk '{ print $2 }' | sort -u | wc -l)" -ge "$1" ]
}

storm() { # N AP
	local i set='' t cpu mem sta
	ap_start wlan0 bench-$2 $PRIMARY $SECONDARY || return 1
	: >/run/stations
	wpa_conf /run/storm.conf bench-$2 $SECONDARY disabled=1
	for i in $(seq "$1"); do
		set="$set${set:+ -N} -i wlan$i -D nl80211 -c /run/storm.conf"
	done
	wpa_supplicant -t $set >>/run/stations 2>&1 &
	sta=$!
	wait_for 60000 test -S "/run/wpa/wlan$1" || return 1
	sleep 3
	wpa_conf /run/storm.conf bench-$2 $SECONDARY
	: >/run/stations
	cpu=$(cpu_us $AP_PID)
	now; t=$NOW
	kill -HUP $sta
	if ! wait_for 120000 connected "$1"; then
		echo "$2: only $(grep -c CTRL-EVENT-CONNECTED /run/stations) of $1 connected in 120 s"
		return 1
	fi
	sleep 1
	cpu=$(($(cpu_us $AP_PID) - cpu))
	mem=$(mem_kb $AP_PID)
	i=$(grep CTRL-EVENT-CONNECTED /run/stations | tail -n 1 | sed 's/^\([0-9]*\)\.\([0-9]*\):.*/\1\2/')
	ms $((i - t)) >>"/run/time$1.$2"
	ms $((cpu / $1)) >>"/run/cpu$1.$2"
	echo "${mem% *}" >>"/run/rss$1.$2"
	echo "${mem#* }" >>"/run/private$1.$2"
	end $sta
	ap_stop
}

for n in ${SIZES:-1 32 64}; do
	for _ in $(seq "${REPEAT:-3}"); do
		for ap in $APS; do
			. "/lab/ap/$ap.sh"
			storm "$n" $ap || exit 1
			sleep 2
		done
	done
	for ap in $APS; do
		for figure in time cpu rss private; do
			figure storm_$figure$n $ap "$(median </run/$figure$n.$ap)"
		done
	done
done
